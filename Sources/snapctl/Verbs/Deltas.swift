import ArgumentParser
import Primitives
import SnapshotEngine

struct Deltas: Verb {
  static let configuration = CommandConfiguration(
    commandName: "deltas",
    abstract: "Shows what waits for compaction, what is compacted, and what cannot be used.",
    discussion: """
      Of compacted deltas the highest of each producer is shown: all before it are compacted, too.

      Example:
        snapctl deltas words
        snapctl deltas words --quarantined --json
      """)

  @Argument(help: "The collection.") var name: String

  @Flag(help: "Shows only what cannot be used.")
  var quarantined = false

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let all = try await session.open().deltas(of: name)
    let shown = all.filter { !quarantined || [.quarantined, .damaged, .missing].contains($0.state) }
    for delta in shown { session.console.result(delta.json, delta.line) }
    func count(_ state: DeltaDescription.State) -> JSONValue { .count(all.count { $0.state == state }) }
    session.console.summary(
      .object(
        "deltas",
        [
          "collection": .string(name), "pending": count(.pending), "quarantined": count(.quarantined),
          "damaged": count(.damaged), "missing": count(.missing),
        ]))
    if shown.isEmpty { session.console.remark("\(name): nothing to show") }
    return 0
  }
}

extension DeltaDescription {
  /// The `delta` object.
  var json: JSONValue {
    .object(
      "delta",
      [
        "collection": .string(collection), "producer": .string(producer), "sequence": .count(sequence),
        "state": .string(state.rawValue), "operations": .count(operations), "bytes": .count(bytes), "run": .text(run),
        "created": .time(created), "reason": .text(reason),
      ])
  }

  var line: String {
    var parts = ["\(producer) \(sequence)", state.rawValue]
    if let operations { parts.append(Amount.count(operations, "operation")) }
    if let bytes { parts.append(Amount.bytes(bytes)) }
    if let run, !run.isEmpty { parts.append("run \(Printable.string(run))") }
    if let reason { parts.append(Printable.string(reason)) }
    return parts.joined(separator: "  ")
  }
}
