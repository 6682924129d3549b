import ArgumentParser
import Primitives
import SnapshotEngine

struct Append: Verb {
  static let configuration = CommandConfiguration(
    commandName: "append",
    abstract: "Appends records to a collection of vectors.",
    discussion: """
      One line, one operation: {"id": …, "vector": […], "metadata": {…}, "document": …} puts a record in, {"id": …, \
      "update": {…}} changes metadata (null removes a key), {"id": …, "delete": true} removes it; "prefix" in the \
      place of "id" changes or removes all that begin with it. Durable when it returns. With --sequence a repeated \
      delivery is harmless. The whole input is checked first: when a line cannot be used it is named, nothing is \
      appended, and the exit status is 1. With --skip-bad the rest is appended; --expected then lets `reconcile` \
      count what is missing. With --vectors, line and row belong together in their order, and the lines have no vector.

      Example:
        snapctl append words --input batch.jsonl --producer worker-1 --sequence 7 --run import
        snapctl append words --input batch.jsonl --vectors batch.npy
      """)

  @Argument(help: "The collection; it is made when it is missing.") var name: String

  @Option(help: ArgumentHelp("JSON Lines; - is stdin.", valueName: "file"))
  var input: String

  @Option(help: ArgumentHelp("A .npy of float32 with a row for each line; - is stdin.", valueName: "file"))
  var vectors: String?

  @Flag(help: "Appends the rest when lines cannot be used.")
  var skipBad = false

  @Option(help: ArgumentHelp("What the lines are: records or ocr-words.", valueName: "name"))
  var adapter = LineFormat.records

  @Option(help: ArgumentHelp("Whose work it is.", valueName: "name"))
  var producer = "default"

  @Option(help: ArgumentHelp("The number the delta must get; none: the next.", valueName: "n"))
  var sequence: UInt64?

  @Option(help: ArgumentHelp("A name for the piece of work.", valueName: "id"))
  var run = ""

  @Option(help: ArgumentHelp("How many operations the whole run will bring.", valueName: "n"))
  var expected: UInt64?

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func paths(_ configuration: EngineConfiguration) -> [String] {
    [input, vectors].compactMap(\.self).filter { $0 != "-" }
  }

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let engine = try await session.open()
    let console = session.console
    console.remark("\(Printable.string(input)) → \(name), producer \(Printable.string(producer))")
    var options = AppendOptions(producer: producer, sequence: sequence, run: run, expected: expected)
    options.badRecords = skipBad ? .skip : .refuse
    let appended = try await engine.append(name, lines: input, as: adapter, vectors: vectors, options: options) {
      console.result($0.json, $0.text)
    }
    for delta in appended.deltas { console.result(delta.json, delta.text) }
    console.summary(appended.json(name))
    if appended.rejected > 0 { console.remark("\(Amount.count(appended.rejected, "line")) skipped") }
    return 0
  }
}

extension RejectedLine {
  fileprivate var json: JSONValue {
    .object("rejected", ["line": .count(line), "id": .text(identifier), "reason": .string(reason)])
  }

  fileprivate var text: String { "line \(line)\(identifier.map { " (\($0))" } ?? ""): \(reason)" }
}

extension AppendedDelta {
  fileprivate var json: JSONValue {
    .object(
      "delta",
      [
        "collection": .string(collection), "producer": .string(producer), "sequence": .count(sequence),
        "outcome": .string(outcome.rawValue), "operations": .count(operations),
      ])
  }

  fileprivate var text: String {
    let place = "\(collection): delta \(sequence) of \(producer)"
    return switch outcome {
    case .appended: "\(place), \(Amount.count(operations, "operation"))"
    case .alreadyThere: "\(place) is there already: nothing to do"
    case .alreadyCompacted: "\(place) is compacted already: nothing to do"
    }
  }
}

extension Appended {
  fileprivate func json(_ collection: String) -> JSONValue {
    .object(
      "appended",
      [
        "collection": .string(collection), "deltas": .count(deltas.count), "operations": .count(operations),
        "rejected": .count(rejected), "seconds": .seconds(seconds),
      ])
  }
}
