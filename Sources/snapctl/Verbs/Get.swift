import ArgumentParser
import Primitives
import SnapshotEngine

struct Get: Verb {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Reads records by id.",
    discussion: """
      Of a bare name, what waits for compaction is seen too; of NAME@12, that version alone. Exits with 10 when an id \
      is not there; the others are printed.

      Example:
        snapctl get words 'IMAGE#…#WORD#00001' --json
      """)

  @Argument(help: "The collection, or a version of it.") var name: String
  @Argument(help: "The ids.") var ids: [String]
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let engine = try await session.open()
    let console = session.console
    let missing = try await engine.records(ids, in: name) { console.result($0.json, $0.line) }
    guard let first = missing.first else {
      console.summary(.object("records", ["collection": .string(name), "count": .count(ids.count)]))
      return 0
    }
    throw EngineError(
      .notFound, "\(Amount.count(UInt64(missing.count), "id")) not there, first \(Printable.string(first))",
      subject: Printable.string(first))
  }
}
