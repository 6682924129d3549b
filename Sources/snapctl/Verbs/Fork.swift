import ArgumentParser
import Primitives
import SnapshotEngine

struct Fork: Verb {
  static let configuration = CommandConfiguration(
    commandName: "fork",
    abstract: "Makes a writable copy of a synced copy.",
    discussion: """
      Needs no store. Blocks are shared where the file system can (reflink). The fork remembers the version: `create` \
      from it stores what differs. It appears when it is whole. Local changes of the copy come along, and are counted.

      Example:
        snapctl fork /fast/words /fast/work
        snapctl create words /fast/work
      """)

  @Argument(help: "The copy.") var directory: String
  @Argument(help: "The new directory; not there, or empty.") var work: String
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func paths(_ configuration: EngineConfiguration) -> [String] { [directory, work] }

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let console = session.console
    console.remark("\(Printable.string(directory)) → \(Printable.string(work))")
    let forked = try await SnapshotEngine.fork(
      copy: directory, to: work, configuration: session.configuration(), progress: console.progress)
    console.skipped(forked.skipped, of: forked.skippedCount)
    console.result(forked.json, forked.text)
    return 0
  }
}

extension ForkedCopy {
  /// The `forked` object.
  fileprivate var json: JSONValue {
    .object(
      "forked",
      [
        "collection": .string(collection), "version": .count(version), "include": .part(includes),
        "directory": .string(directory),
        "files": .count(files), "bytesTotal": .count(bytesTotal), "bytesShared": .count(bytesShared),
        "bytesCopied": .count(bytesCopied), "localChanges": .count(localChanges), "skipped": .count(skippedCount),
        "seconds": .seconds(seconds),
      ])
  }

  fileprivate var text: String {
    let changes = localChanges == 0 ? "" : ", \(Amount.count(UInt64(localChanges), "local change")) among them"
    return """
      \(collection)@\(version)\(Amount.isPart(includes)) in \(Printable.string(directory)): \
      \(Amount.count(files, "file"))\(changes), \
      \(Amount.bytes(bytesShared)) shared, \(Amount.bytes(bytesCopied)) copied, in \(Amount.seconds(seconds))
      """
  }
}
