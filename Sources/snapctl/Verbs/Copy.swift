import ArgumentParser
import Primitives
import SnapshotEngine

struct Copy: Verb {
  static let configuration = CommandConfiguration(
    commandName: "copy",
    abstract: "Replicates versions from one store into another.",
    discussion: """
      Versions keep their numbers, names and bytes; only what the other store lacks moves, and each pack is checked. \
      Repeated after an interruption it goes on. What waits for compaction is not replicated.

      Example:
        snapctl copy /data/store s3://bucket/vectors
        snapctl copy s3://bucket/vectors /backup words models/ocr
      """)

  @Argument(help: ArgumentHelp("The store to read.", valueName: "source")) var source: String
  @Argument(help: ArgumentHelp("The store to write. It has to be there.", valueName: "target")) var target: String
  @Argument(help: ArgumentHelp("Collections; none: all of them.", valueName: "name")) var names: [String] = []
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let console = session.console
    console.remark("\(Printable.string(source)) → \(Printable.string(target))")
    let from = try await SnapshotEngine.open(source, configuration: try session.configuration())
    let into = try await session.open(target)
    let sum = try await into.copy(names, from: from, progress: console.progress) { console.result($0.json, $0.line) }
    console.result(sum.summary(source, target), "in all \(sum.amount)")
    return 0
  }
}

extension CopiedCollection {
  /// The `copiedCollection` object.
  fileprivate var json: JSONValue {
    .object(
      "copiedCollection",
      [
        "collection": .string(collection), "versions": .count(versions), "packs": .count(packs),
        "bytes": .count(bytes), "tags": .count(tags),
      ])
  }

  /// The `copied` object.
  fileprivate func summary(_ source: String, _ target: String) -> JSONValue {
    .object(
      "copied",
      [
        "source": .string(source), "target": .string(target), "versions": .count(versions), "packs": .count(packs),
        "bytes": .count(bytes), "tags": .count(tags),
      ])
  }

  fileprivate var line: String { "\(collection): \(amount)" }

  fileprivate var amount: String {
    "\(Amount.count(versions, "version")), \(Amount.count(packs, "pack")), \(Amount.bytes(bytes))"
  }
}
