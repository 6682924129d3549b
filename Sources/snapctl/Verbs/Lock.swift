import ArgumentParser
import Primitives
import SnapshotEngine

struct Lock: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lock",
    abstract: "Shows who holds the lease of a collection, and fences it.",
    discussion: """
      `compact` works under a lease, so that nobody does the same work at the same time. It gives no safety: that is \
      in the commit. Tunable by SNAPCTL_LOCK_TIMEOUT_SECONDS (60), SNAPCTL_LOCK_TTL_SECONDS (10: for so long a holder \
      without a sign of life counts), SNAPCTL_LOCK_MAX_ATTEMPTS (5), SNAPCTL_LOCK_BASE_BACKOFF_SECONDS (2.0) and \
      SNAPCTL_LOCK_JITTER_FACTOR (1.0).

      Example:
        snapctl lock status words
        snapctl lock break words
      """,
    subcommands: [LockShow.self, LockBreak.self])
}

struct LockShow: Verb {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Shows who holds the lease of a collection.",
    discussion: """
      Whether a holder is alive shows in its beat: look again, and see whether it has risen. Times are by the holder's \
      clock. With --exit-code the exit status is 6 unless the lease is free.

      Example:
        snapctl lock status words --json
      """)

  @Argument(help: "The collection.") var name: String
  @Flag(help: "Exits with 6 unless the lease is free.") var exitCode = false
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let status = try await session.open().lockStatus(of: name)
    session.console.result(status.json("lock"), status.line)
    return exitCode && status.state != .free ? EngineError.Code.locked.exitCode : 0
  }
}

struct LockBreak: Verb {
  static let configuration = CommandConfiguration(
    commandName: "break",
    abstract: "Fences whoever holds the lease of a collection.",
    discussion: """
      It publishes nothing any more and ends with exit status 6; who wants the lease has it at once. Nothing that was \
      committed is touched.

      Example:
        snapctl lock break words
      """)

  @Argument(help: "The collection.") var name: String
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let (before, fence) = try await session.open().breakLock(of: name)
    let whom =
      before.state == .free ? "nobody held it" : "\(Printable.string(before.owner ?? "what cannot be read")) held it"
    session.console.result(
      .object(
        "broken",
        [
          "collection": .string(name), "state": .string(before.state.rawValue), "token": .count(before.token),
          "owner": .text(before.owner), "fence": .count(fence),
        ]), "\(name): whoever has a token below \(fence) is fenced; \(whom)")
    return 0
  }
}

extension LockStatus {
  /// The `lock` object.
  fileprivate func json(_ type: String) -> JSONValue {
    .object(
      type,
      [
        "collection": .string(collection), "state": .string(state.rawValue), "token": .count(token),
        "fence": .count(fence), "owner": .text(owner), "since": .time(since), "until": .time(until),
        "beat": .count(beat), "totals": totals?.json ?? .null, "defect": .text(defect),
      ])
  }

  fileprivate var line: String {
    switch state {
    case .free: "\(collection): free, fence \(fence)"
    case .unreadable: "\(collection): token \(token ?? 0) cannot be read: \(Printable.string(defect ?? "?"))"
    case .held:
      """
      \(collection): held by \(Printable.string(owner ?? "?")) with token \(token ?? 0) since \(since?.text ?? "?"), \
      until \(until?.text ?? "?"), beat \(beat ?? 0), fence \(fence)
      """
    }
  }
}

extension LockStatus.Totals {
  /// What leases came to.
  var json: JSONValue {
    .object([
      JSONMember("acquired", .count(acquired)), JSONMember("takenOver", .count(takenOver)),
      JSONMember("waitedSeconds", .seconds(waitedSeconds)), JSONMember("heldSeconds", .seconds(heldSeconds)),
    ])
  }
}
