internal import Primitives
internal import SnapshotFormat

/// Decides from what is seen, and when, whether a lease may be acquired. Pure: the time comes with the sighting.
///
/// - A holder is stale when its lease id and beat stayed the same for its time to live.
/// - What cannot be read is stale after the looker's own time to live, whatever its bytes change to.
package struct LeaseWatch: Sendable {
  package enum Verdict: Sendable, Equatable {
    /// Nothing counts.
    case acquire
    /// All that counts is stale.
    case takeOver
    case wait
  }

  /// What tells one beat of a holder from the next.
  private enum Mark: Equatable {
    case beat(UniqueName, UInt64)
    case unreadable
  }

  private struct Watched {
    let mark: Mark
    let since: UInt64
  }

  private let ownNanosecondsToLive: UInt64
  private var watched: [UInt64: Watched] = [:]

  /// - Parameter ownMillisecondsToLive: for what does not tell its own.
  package init(ownMillisecondsToLive: UInt32) {
    ownNanosecondsToLive = UInt64(ownMillisecondsToLive) * 1_000_000
  }

  package mutating func verdict(_ sighting: LeaseSighting, at nanoseconds: UInt64) -> Verdict {
    var next: [UInt64: Watched] = [:]
    var isAnyAlive = false
    for holder in sighting.holders {
      let watched = watch(holder, at: nanoseconds)
      next[holder.token] = watched
      if nanoseconds &- watched.since < nanosecondsToLive(of: holder) { isAnyAlive = true }
    }
    watched = next
    if sighting.holders.isEmpty { return .acquire }
    return isAnyAlive ? .wait : .takeOver
  }

  private func watch(_ holder: LeaseSighting.Holder, at nanoseconds: UInt64) -> Watched {
    let mark = mark(of: holder)
    if let before = watched[holder.token], before.mark == mark { return before }
    return Watched(mark: mark, since: nanoseconds)
  }

  private func mark(of holder: LeaseSighting.Holder) -> Mark {
    switch holder {
    case .lease(let lease): .beat(lease.identifier, lease.beat)
    case .unreadable: .unreadable
    }
  }

  private func nanosecondsToLive(of holder: LeaseSighting.Holder) -> UInt64 {
    switch holder {
    case .lease(let lease): UInt64(lease.millisecondsToLive) * 1_000_000
    case .unreadable: ownNanosecondsToLive
    }
  }
}
