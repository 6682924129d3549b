import ArgumentParser
import Primitives
import SnapshotEngine

struct Diff: Verb {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Shows what changed between two versions, or a version and a directory.",
    discussion: """
      Names, types, modes, link targets and bytes are compared; owners are not, whether they are recorded or not. A \
      copy that `sync --include` made is compared with the part of the version that it holds.

      With --records it is said, too, of two versions of vectors, how many records were added, changed and removed: \
      those of both are read for it.

      Example:
        snapctl diff words@11 words@12
        snapctl diff words ./words --exit-code
      """)

  @Argument(help: "A version.") var old: String
  @Argument(help: "Another version, or a directory.") var new: String

  @Flag(help: "Counts the records of two versions that differ.")
  var records = false

  @Flag(help: "Exits with 11 when something differs.")
  var exitCode = false

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func paths(_ configuration: EngineConfiguration) -> [String] { new.contains("@") ? [] : [new] }

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let engine = try await session.open()
    let console = session.console
    let print: @Sendable (Difference) -> Void = { console.result($0.json, $0.line) }
    let count: Int
    var changes: RecordDifferences?
    if !new.contains("@"), ArgumentOrder.isDirectory(new) {
      count = try await engine.diff(
        from: old, toDirectory: new,
        part: { console.remark("\(Printable.string(new)) holds a part, which is compared: \(Amount.part($0))") },
        found: print)
    } else {
      count = try await engine.diff(from: old, to: new, found: print)
      changes = records ? try await engine.recordDifferences(from: old, to: new) : nil
    }
    if let changes, !console.isJSON, count > 0 { console.result(.null, changes.line) }
    console.summary(
      .object(
        "differences",
        [
          "from": .string(old), "to": .string(new), "count": .count(count), "recordsAdded": .count(changes?.added),
          "recordsRemoved": .count(changes?.removed), "recordsChanged": .count(changes?.changed),
        ]))
    if count == 0 { console.remark("\(Printable.string(old)) and \(Printable.string(new)) are the same") }
    return exitCode && count > 0 ? EngineError.Code.differs.exitCode : 0
  }
}

extension RecordDifferences {
  fileprivate var line: String {
    "\(Amount.count(added, "record")) added, \(changed) changed, \(removed) removed"
  }
}

extension Difference {
  /// The `difference` object.
  fileprivate var json: JSONValue {
    .object(
      "difference",
      [
        "path": .string(path), "change": .string(change.rawValue), "oldBytes": .count(oldBytes),
        "newBytes": .count(newBytes), "chunksChanged": .count(chunksChanged),
      ])
  }

  fileprivate var line: String {
    switch change {
    case .added: "+ \(path)  \(Amount.bytes(newBytes))"
    case .removed: "- \(path)  \(Amount.bytes(oldBytes))"
    case .mode: "m \(path)"
    case .changed:
      "~ \(path)  \(Amount.bytes(oldBytes)) → \(Amount.bytes(newBytes))"
        + (chunksChanged > 0 ? ", \(Amount.count(UInt64(chunksChanged), "chunk"))" : "")
    }
  }
}
