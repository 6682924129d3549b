import ArgumentParser
import Primitives
import SnapshotEngine

struct Hash: Verb {
  static let configuration = CommandConfiguration(
    commandName: "hash",
    abstract: "Prints the content hash of a directory.",
    discussion: """
      The same as that of a version made of it: names, types, modes, link targets and bytes count, times do not. \
      Needs no store.

      Example:
        snapctl hash ./context --exclude .git
      """)

  @Argument(help: "The directory.") var directory: String
  @OptionGroup var selection: SelectionOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func paths(_ configuration: EngineConfiguration) -> [String] { [directory, selection.ignoreFile].compactMap(\.self) }

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let hash = try await SnapshotEngine.hash(
      directory, selection: selection.selection, configuration: session.configuration())
    let object = JSONValue.object(
      "hashed",
      [
        "directory": .string(directory), "contentHash": .hash(hash.contentHash), "files": .count(hash.files),
        "bytes": .count(hash.bytes),
      ])
    session.console.result(object, hash.contentHash.hex)
    return 0
  }
}
