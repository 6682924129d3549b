import ArgumentParser
import Primitives
import SnapshotEngine

struct Search: Verb {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Finds the records whose vectors are nearest to one.",
    discussion: """
      Exact: every vector is compared. The vector is a JSON array of numbers, or its elements as little-endian 32-bit \
      floats. Distances are ChromaDB's: squared differences (l2), 1 less the cosine, 1 less the inner product (ip). \
      Of a bare name, what waits for compaction is searched too; of NAME@12, that version alone.

      Example:
        snapctl search words --vector query.json -k 10 --metric cosine --where 'confidence >= 0.5' --json
      """)

  @Argument(help: "The collection, or a version of it.") var name: String

  @Option(help: ArgumentHelp("A file with the vector; - is stdin.", valueName: "file"))
  var vector: String

  @Option(name: [.customShort("k"), .customLong("count")], help: ArgumentHelp("How many records.", valueName: "n"))
  var count = 10

  @Option(help: ArgumentHelp("How distance is measured: l2, cosine or ip.", valueName: "name"))
  var metric = VectorMetric.l2

  @Option(name: .customLong("where"), help: ArgumentHelp("Only what matches.", valueName: "expression"))
  var expression: String?

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let wanted = try QueryVector.read(vector)
    let engine = try await session.open()
    let console = session.console
    let found = try await engine.search(name, for: wanted, count: count, metric: metric, where: expression)
    for match in found.matches { console.result(match.json, match.line) }
    console.summary(
      .object(
        "searched",
        [
          "collection": .string(name), "count": .count(found.matches.count), "vectorBytes": .count(found.vectorBytes),
          "seconds": .number(found.seconds),
        ]))
    return 0
  }
}
