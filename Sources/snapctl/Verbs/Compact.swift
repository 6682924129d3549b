import ArgumentParser
import Primitives
import SnapshotEngine

struct Compact: Verb {
  static let configuration = CommandConfiguration(
    commandName: "compact",
    abstract: "Takes what waits into a new version.",
    discussion: """
      Under the lease of the collection (`snapctl lock`), so that nobody does the same work; exit status 6 when it \
      does not come in time, or was taken over. The commit is one small write at the end. What cannot be used is \
      set aside with its reason (`snapctl deltas --quarantined`), and the rest goes on. When nothing waits, no \
      version is made.

      With --messages, each line is a message of a job: {"messageId": …, "producer": …, "sequence": …, "records": \
      [{…}, …]} or {"messageId": …, "delta": "PRODUCER/SEQUENCE"}. Each is answered; a message is done only when \
      its work is in a version. When one failed, the exit status is 1.

      Example:
        snapctl compact words --message "nightly"
        snapctl compact words --messages batch.jsonl --json
      """)

  @Argument(help: "The collection.") var name: String

  @Option(help: ArgumentHelp("Takes no more deltas than this.", valueName: "n"))
  var maxDeltas: Int?

  @Option(help: ArgumentHelp("What to say about the version.", valueName: "text"))
  var message = ""

  @Option(help: ArgumentHelp("Takes in a batch of messages and answers each; - is stdin.", valueName: "file"))
  var messages: String?

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let engine = try await session.open()
    let console = session.console
    console.remark("compacting \(name)")
    if let messages { return try await answer(messages, engine, console) }
    let compacted = try await engine.compact(name, deltaCountMax: maxDeltas, message: message)
    for delta in compacted.quarantined { console.result(delta.json, delta.line) }
    console.result(compacted.json(name), compacted.text(name))
    return 0
  }

  private func answer(_ path: String, _ engine: SnapshotEngine, _ console: Console) async throws(EngineError) -> Int32 {
    let answers = try await engine.compact(name, messages: path)
    for answer in answers { console.result(answer.json, answer.line) }
    let failed = answers.count { $0.failure != nil }
    guard failed > 0 else { return 0 }
    throw EngineError(
      .failed, "\(failed) of \(answers.count) messages failed", subject: name,
      advice: "The others are done; what failed may be delivered again")
  }
}

extension MessageAnswer {
  fileprivate var json: JSONValue {
    .object(
      "answer",
      [
        "messageId": .string(messageIdentifier), "status": .string(failure == nil ? "ok" : "failed"),
        "reason": .text(failure),
      ])
  }

  fileprivate var line: String {
    "\(Printable.string(messageIdentifier))  " + (failure.map { "failed: \(Printable.string($0))" } ?? "ok")
  }
}

extension Compacted {
  /// The `created` object.
  fileprivate func json(_ collection: String) -> JSONValue {
    .object(
      "created",
      [
        "collection": .string(collection), "version": .count(snapshot?.version), "manifest": .hash(snapshot?.manifest),
        "contentHash": .hash(snapshot?.contentHash), "unchanged": .boolean(isUnchanged),
        "bytesTotal": .count(bytesTotal), "bytesChanged": .count(bytesChanged), "bytesStored": .count(bytesStored),
        "chunksNew": .count(chunksNew),
        "chunksPatched": .count(chunksPatched), "seconds": .seconds(seconds), "records": .count(snapshot?.records),
        "deltas": .count(deltas), "applied": .count(applied), "superseded": .count(superseded),
        "quarantined": .count(quarantined.count), "leavesDeltas": .boolean(leavesDeltas),
        "leaseToken": .count(lease?.token),
        "lockWaitSeconds": lease.map { .seconds($0.waitedSeconds) } ?? .null,
        "lockHoldSeconds": lease.map { .seconds($0.heldSeconds) } ?? .null,
      ])
  }

  fileprivate func text(_ collection: String) -> String {
    guard let snapshot, !isUnchanged else { return "\(collection): nothing waits for compaction" }
    let left = leavesDeltas ? "; more deltas wait" : ""
    return """
      \(snapshot.name): \(Amount.count(UInt64(deltas), "delta")), \(applied) operations applied and \(superseded) \
      superseded, \(Amount.count(snapshot.records, "record")), \(Amount.bytes(bytesStored)) stored, in \
      \(Amount.seconds(seconds))\(left)
      """
  }
}
