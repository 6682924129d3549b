import ArgumentParser
import Primitives
import SnapshotEngine

struct Status: Verb {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Tells whether a directory has the content of a version.",
    discussion: """
      Exits with 0 when it has, with 11 when it differs. Writes nothing. A copy that `sync --include` made is compared \
      with the part of the version that it holds.

      Example:
        snapctl status words ./words
      """)

  @Argument(help: "The collection, or a version of it.") var name: String
  @Argument(help: "The directory.") var directory: String
  @OptionGroup var selection: SelectionOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func paths(_ configuration: EngineConfiguration) -> [String] { [directory, selection.ignoreFile].compactMap(\.self) }

  func run(in session: Session) async throws(EngineError) -> Int32 {
    try ArgumentOrder.check(name: name, directory: directory, verb: "status")
    let engine = try await session.open()
    let status = try await engine.status(of: directory, comparedTo: name, selection: selection.selection)
    let object = JSONValue.object(
      "status",
      [
        "collection": .string(status.snapshot.collection), "version": .count(status.snapshot.version),
        "include": .part(status.includes), "directory": .string(directory), "same": .boolean(status.isSame),
        "contentHash": .hash(status.directory.contentHash), "files": .count(status.directory.files),
        "bytes": .count(status.directory.bytes),
      ])
    let relation = status.isSame ? "is the same as" : "differs from"
    let part = status.includes.map { "that part of \(status.snapshot.name) (\(Amount.part($0)))" }
    session.console.result(
      object, "\(Printable.string(directory)) \(relation) \(part ?? status.snapshot.name)")
    return status.isSame ? 0 : EngineError.Code.differs.exitCode
  }
}
