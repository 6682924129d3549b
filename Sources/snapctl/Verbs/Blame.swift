import ArgumentParser
import Primitives
import SnapshotEngine

struct Blame: Verb {
  static let configuration = CommandConfiguration(
    commandName: "blame",
    abstract: "Tells which delta, run and version set a record.",
    discussion: """
      The body (vector and document) and each metadata key are told apart: each was set, or removed, by the last \
      operation on it. Of a bare name, what waits for compaction counts too; of NAME@12, that version alone. What is \
      older than the origins that segments remember is told as not known. Exits with 10 when nothing is known of the id.

      Example:
        snapctl blame words 'IMAGE#…#WORD#00001'
      """)

  @Argument(help: "The collection, or a version of it.") var name: String
  @Argument(help: "The id.") var id: String
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let console = session.console
    guard let blamed = try await session.open().blame(id, in: name) else {
      throw EngineError(
        .notFound, "nothing is known of \(Printable.string(id)), neither a record nor its deletion",
        subject: Printable.string(id))
    }
    for part in blamed.parts { console.result(part.json(blamed.id), part.line) }
    if !blamed.isPresent { console.remark("\(Printable.string(id)): there is no such record now") }
    console.summary(
      .object(
        "blamed",
        [
          "collection": .string(name), "id": .string(blamed.id), "present": .boolean(blamed.isPresent),
          "count": .count(blamed.parts.count),
        ]))
    return 0
  }
}

extension BlamedRecord.Part {
  fileprivate func json(_ id: String) -> JSONValue {
    .object(
      "blame",
      [
        "id": .string(id), "key": .text(key), "action": .string(action), "prefix": .text(prefix), "time": .time(time),
        "producer": .string(producer), "known": .boolean(delta != nil), "sequence": .count(delta?.sequence),
        "run": .text(delta?.run), "pending": .boolean(delta?.isPending ?? false), "version": .count(delta?.version),
        "message": .text(delta?.message),
      ])
  }

  private var action: String { isRemoval ? key == nil ? "deleted" : "removed" : "set" }

  fileprivate var line: String {
    let what = key.map { Printable.string($0) } ?? "body"
    let by = prefix.map { " by prefix \(Printable.string($0))" } ?? ""
    return "\(what)  \(action)\(by) at \(time.text) by \(producer)\(source)"
  }

  private var source: String {
    guard let delta else { return ", in a delta that is not known: older than the origins that segments remember" }
    let run = delta.run.isEmpty ? "" : ", run \(Printable.string(delta.run))"
    let text = "/\(delta.sequence)\(run)"
    if delta.isPending { return "\(text), waits for compaction" }
    guard let version = delta.version else { return "\(text), in a version that is no longer there" }
    let message = delta.message.flatMap { $0.isEmpty ? nil : ": \(Printable.string($0))" } ?? ""
    return "\(text), in version \(version)\(message)"
  }
}
