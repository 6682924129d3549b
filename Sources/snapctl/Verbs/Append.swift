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
      delivery is harmless. Lines that cannot be used are named, the rest is appended, and the exit status is 1.

      Example:
        snapctl append words --input batch.jsonl --producer worker-1 --sequence 7 --run import
      """)

  @Argument(help: "The collection; it is made when it is missing.") var name: String

  @Option(help: ArgumentHelp("JSON Lines; - is stdin.", valueName: "file"))
  var input: String

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

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let engine = try await session.open()
    let console = session.console
    console.remark("\(Printable.string(input)) → \(name), producer \(Printable.string(producer))")
    let options = AppendOptions(producer: producer, sequence: sequence, run: run, expected: expected)
    let appended = try await engine.append(name, lines: input, as: adapter, options: options)
    for line in appended.rejections { console.result(line.json, "line \(line.line): \(line.reason)") }
    for delta in appended.deltas { console.result(delta.json, delta.text) }
    console.summary(appended.json(name))
    guard appended.rejected > 0 else { return 0 }
    throw EngineError(
      .failed, "\(Amount.count(appended.rejected, "line")) could not be used", subject: name,
      advice: "The others are appended; put these right, and append them as a delta of their own")
  }
}

extension RejectedLine {
  fileprivate var json: JSONValue {
    .object("rejected", ["line": .count(line), "reason": .string(reason)])
  }
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
