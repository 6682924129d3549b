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
      version is made. Deltas whose producer's clock is ahead of this machine's by more than 5 minutes are not \
      taken and not set aside: they are named, and wait until the clocks agree. So does what cannot be used where \
      1,024 are set aside already, with what its producer appended behind it.

      Changes of metadata that find no record wait for it: `taken` counts them for each delta (`waiting`), and names \
      the first 16 ids. With --explain there is a line for each record and delta, ascending by id, when the version \
      is there: applied, superseded (newer ones had overtaken it), waiting or givenUp (waiting no longer, see below; \
      both are counted with the applied), or quarantined.

      With --tombstone-retention, deletions that are older, and changes of records that are not there, are left out of \
      what is written anew. A delta that was away for longer is set aside then. Without it, and \
      without SNAPCTL_TOMBSTONE_RETENTION_SECONDS, they are kept for ever.

      With --messages, each line is a message of a job: {"messageId": …, "producer": …, "sequence": …, "records": \
      [{…}, …]} or {"messageId": …, "delta": "PRODUCER/SEQUENCE"}. Each is answered; a message is done only when \
      its work is in a version. When one failed, the exit status is 1.

      With --watch it goes on: it looks for deltas, less often the longer none come, and compacts what it finds. Where \
      another holds the lease or commits first, or the store does not answer, it says so and tries again later. It \
      leaves the store to others while it looks and works. What it came to is told as it goes (`metrics`). SIGTERM \
      ends it, with exit status 0; a compaction under way is given up or committed, never half.

      Example:
        snapctl compact words --message "nightly"
        snapctl compact words --explain --json
        snapctl compact words --messages batch.jsonl --json
        snapctl compact words --watch --interval 2 --json
        snapctl compact words --tombstone-retention 30d
      """)

  @Argument(help: "The collection.") var name: String

  @Option(help: ArgumentHelp("Takes no more deltas than this.", valueName: "n"))
  var maxDeltas: Int?

  @Option(help: ArgumentHelp("Gives up deletions that are older, as 12h or 30d; at least 1h.", valueName: "time"))
  var tombstoneRetention: TimeAmount?

  @Option(help: ArgumentHelp("What to say about the version.", valueName: "text"))
  var message = ""

  @Option(help: ArgumentHelp("Takes in a batch of messages and answers each; - is stdin.", valueName: "file"))
  var messages: String?

  @Flag(help: "Tells what became of each record.")
  var explain = false

  @Flag(help: "Goes on: compacts whatever comes, until it is stopped.")
  var watch = false

  @Option(help: ArgumentHelp("With --watch: how long it rests at most between two looks (5).", valueName: "seconds"))
  var interval: Double?

  @Option(help: ArgumentHelp("With --watch: how often it tells what it came to (60).", valueName: "seconds"))
  var metricsInterval: Double?

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func validate() throws {
    if watch, messages != nil { throw ValidationError("--watch and --messages do not go together") }
    if explain, watch || messages != nil { throw ValidationError("--explain goes with one compaction only") }
    if !watch, interval ?? metricsInterval != nil { throw ValidationError("the intervals are those of --watch") }
  }

  func paths(_ configuration: EngineConfiguration) -> [String] { [messages].compactMap(\.self).filter { $0 != "-" } }

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let engine = try await session.open { configuration in
      if let tombstoneRetention { configuration.tombstoneRetentionSeconds = tombstoneRetention.seconds }
    }
    let console = session.console
    console.remark("compacting \(name)")
    if let messages { return try await answer(messages, engine, console) }
    if watch { return try await follow(engine, console) }
    var tell: (@Sendable (CompactedRecord) -> Void)?
    if explain { tell = { console.result($0.json, $0.line) } }
    show(try await engine.compact(name, deltaCountMax: maxDeltas, message: message, explain: tell), console)
    return 0
  }

  private func show(_ compacted: Compacted, _ console: Console) {
    for delta in compacted.quarantined + compacted.held { console.result(delta.json, delta.line) }
    for delta in compacted.taken where delta.waiting > 0 { console.remark(delta.waitingLine) }
    console.result(compacted.json(name), compacted.text(name))
    if !compacted.held.isEmpty {
      console.remark(
        "set the clock that is wrong, or mend what is set aside, as they say: then what waits is taken"
      )
    }
  }

  private func follow(_ engine: SnapshotEngine, _ console: Console) async throws(EngineError) -> Int32 {
    var options = CompactionWatchOptions()
    options.deltaCountMax = maxDeltas
    options.message = message
    options.intervalSeconds = interval ?? options.intervalSeconds
    options.metricsSeconds = metricsInterval ?? options.metricsSeconds
    do throws(EngineError) {
      try await engine.watch(compacting: name, options: options) { event in
        switch event {
        case .compacted(let compacted): show(compacted, console)
        case .troubled(let error): console.remark("\(error.message); trying again")
        case .measured(let counts): console.result(counts.json(name), counts.text(name))
        }
      }
    } catch {
      guard error.code == .interrupted, Signals.wasTerminated else { throw error }
      return 0
    }
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
