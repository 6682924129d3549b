import ArgumentParser
import Primitives
import SnapshotEngine

struct Scan: Verb {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Reads all records, or those under a prefix, or those a filter wants, in order of id.",
    discussion: """
      Of a bare name, what waits for compaction is seen too; of NAME@12, that version alone. A filter compares \
      metadata: KEY = VALUE, with = != < <= > >=, joined by `and`.

      Example:
        snapctl scan words --prefix 'IMAGE#' --where 'confidence >= 0.5 and merchant = "Alder Bistro"' --json
      """)

  @Argument(help: "The collection, or a version of it.") var name: String

  @Option(help: ArgumentHelp("Only ids that begin with it.", valueName: "text"))
  var prefix: String?

  @Option(name: .customLong("where"), help: ArgumentHelp("Only what matches.", valueName: "expression"))
  var expression: String?

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let engine = try await session.open()
    let console = session.console
    let count = try await engine.scan(name, prefix: prefix, where: expression) { console.result($0.json, $0.line) }
    console.summary(.object("records", ["collection": .string(name), "count": .count(count)]))
    return 0
  }
}
