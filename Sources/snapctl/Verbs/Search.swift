import ArgumentParser
import Primitives
import SnapshotEngine

struct Search: Verb {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Finds the records whose vectors are nearest to one.",
    discussion: """
      Exact: every vector is compared. The file holds a JSON array of numbers, a .npy of float32, or the elements as \
      little-endian 32-bit floats; several vectors stand on a line each, or in the rows of the .npy, and each is \
      answered in turn. Distances are ChromaDB's: squared differences (l2), 1 less the cosine, 1 less the inner \
      product (ip). Of records that are as near, those with the lesser ids are given. For filters see `snapctl scan \
      --help`. Of a bare name, what waits for compaction is searched too; of NAME@12, that version alone.

      Example:
        snapctl search words --vector query.json -k 10 --metric cosine --where 'confidence >= 0.5' --json
      """)

  @Argument(help: "The collection, or a version of it.") var name: String

  @Option(help: ArgumentHelp("A file with the vector, or several; - is stdin.", valueName: "file"))
  var vector: String

  @Option(name: [.customShort("k"), .customLong("count")], help: ArgumentHelp("How many records.", valueName: "n"))
  var count = 10

  @Option(help: ArgumentHelp("How distance is measured: l2, cosine or ip.", valueName: "name"))
  var metric = VectorMetric.l2

  @Option(name: .customLong("where"), help: ArgumentHelp("Only what matches.", valueName: "expression"))
  var expression: String?

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func paths(_ configuration: EngineConfiguration) -> [String] { vector == "-" ? [] : [vector] }

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let vectors = try QueryVectors.read(vector)
    let engine = try await session.open()
    let report = SearchReport(session.console, isOfSeveral: vectors.count > 1)
    let read = try await engine.search(name, forEach: vectors, count: count, metric: metric, where: expression) {
      report.add($0)
    }
    session.console.remark(read.sentence(name))
    report.finish(name, read)
    return 0
  }
}
