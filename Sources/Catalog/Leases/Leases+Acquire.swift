internal import ObjectTier
package import Primitives
package import SnapshotFormat

/// A lease that is held, and how it came to be.
package struct AcquiredLease: Sendable, Equatable {
  package let lease: Lease
  /// The head at the time, whose token is not above the lease's.
  package let head: Head
  package let waitedMilliseconds: UInt64
  package let isTakeover: Bool
}

extension Leases {
  /// Waits until no other holder counts, and acquires the next token.
  ///
  /// - Parameter isStopped: ends the wait early.
  /// - Throws: `.locked` when the lease did not come in time, within `lockTimeoutSeconds` or the deadline; or when
  /// others were faster at each of `attemptCountMax` attempts. Nothing is held then.
  package func acquire(
    deadline: Deadline, isStopped: () -> Bool = { false }
  ) throws(CatalogError) -> AcquiredLease {
    var wait = LeaseWait(self, deadline)
    while true {
      let sighting = try look()
      switch wait.watch.verdict(sighting, at: settings.clock.nanoseconds()) {
      case .wait: break
      case .acquire: if let lease = try attempt(&wait, sighting, isTakeover: false) { return lease }
      case .takeOver: if let lease = try attempt(&wait, sighting, isTakeover: true) { return lease }
      }
      try wait.rest(sighting, isStopped)
    }
  }

  /// Nil when another was faster.
  private func attempt(
    _ wait: inout LeaseWait, _ sighting: LeaseSighting, isTakeover: Bool
  ) throws(CatalogError) -> AcquiredLease? {
    try wait.begin()
    let token = try sighting.nextToken(above: wait.floor)
    let isFarAbove = token - sighting.headToken > Leases.windowCount
    if isTakeover || isFarAbove {
      guard try raise(to: token, deadline: wait.limit) else { return nil }
    }
    let waited = wait.milliseconds
    let now = settings.wallClock.now()
    let lease = Lease(
      collection: collection, token: token, identifier: UniqueName(random: settings.random), started: now,
      millisecondsToLive: settings.policy.leaseMilliseconds, owner: settings.owner,
      totals: (sighting.last?.totals ?? LeaseTotals()).adding(waitedMilliseconds: waited, isTakeover: isTakeover))
    wait.floor = token
    guard try create(lease) else { return nil }
    let after = try look()
    guard isMine(lease, after) else {
      try? origin.remove(lease.key)
      return nil
    }
    sweep(after, below: token)
    return AcquiredLease(lease: lease, head: after.head, waitedMilliseconds: waited, isTakeover: isTakeover)
  }

  /// Whether the object is there and mine; an answer that was lost is read back.
  private func create(_ lease: Lease) throws(CatalogError) -> Bool {
    let bytes = try bytes(of: lease)
    do throws(TierError) {
      if try origin.create(lease.key, bytes) == .created { return true }
    } catch {
      guard CatalogError.tier(error).mayHaveLanded else { throw .tier(error) }
    }
    return (try? origin.read(lease.key, limit: Lease.byteCountMax)) == bytes
  }

  /// Of several that create at the same time, each sees the others or is seen by them: who sees another steps back.
  ///
  /// So does who sees a higher token: it slept while others came and went, and tokens rise.
  private func isMine(_ lease: Lease, _ sighting: LeaseSighting) -> Bool {
    guard sighting.headToken <= lease.token, sighting.listed.last == lease.token, sighting.holders.count == 1 else {
      return false
    }
    return sighting.holders[0] == .lease(lease)
  }

  /// Removes what is below a token that was acquired; nobody looks at it any more.
  private func sweep(_ sighting: LeaseSighting, below token: UInt64) {
    for old in sighting.listed.prefix(Int(Leases.pastCount)) where old < token {
      try? origin.remove(.lease(collection, token: old))
    }
  }
}

/// How long and how often one lease was waited for.
struct LeaseWait {
  var watch: LeaseWatch
  /// A token that was tried is not tried again, listed or not.
  var floor: UInt64 = 0
  let limit: Deadline
  private let leases: Leases
  private let deadline: Deadline
  private let started: UInt64
  private var attempts = 0
  private var looks = 0

  init(_ leases: Leases, _ deadline: Deadline) {
    self.leases = leases
    self.deadline = deadline
    let settings = leases.settings
    watch = LeaseWatch(ownMillisecondsToLive: settings.policy.leaseMilliseconds)
    limit = deadline.earlier(Deadline(seconds: settings.policy.lockTimeoutSeconds, from: settings.clock))
    started = settings.clock.nanoseconds()
  }

  var milliseconds: UInt64 { (leases.settings.clock.nanoseconds() - started) / 1_000_000 }

  mutating func begin() throws(CatalogError) {
    attempts += 1
    guard attempts <= max(leases.settings.policy.attemptCountMax, 1) else {
      throw .locked("\(leases.collection): others took the lease first, at each of \(attempts - 1) attempts")
    }
  }

  /// Waits before the next look: a quarter of the shortest time to live at most, in slices, so that a stop is heard.
  mutating func rest(_ sighting: LeaseSighting, _ isStopped: () -> Bool) throws(CatalogError) {
    let clock = leases.settings.clock
    looks += 1
    let backoff = leases.settings.policy.backoffNanoseconds(
      round: looks, random: AnyRandomSource(leases.settings.random))
    var left = min(backoff, UInt64(sighting.shortestMillisecondsToLive ?? 1_000) * 250_000)
    repeat {
      if isStopped() { throw .locked("\(leases.collection): stopped while waiting for the lease") }
      if limit.hasPassed(on: clock) { throw .locked(sighting.described(in: leases.collection)) }
      let slice = min(left, 50_000_000, limit.nanosecondsLeft(on: clock) ?? left)
      clock.sleep(nanoseconds: slice)
      left -= slice
    } while left > 0
  }
}

extension LeaseSighting {
  /// Of the holders that tell it.
  fileprivate var shortestMillisecondsToLive: UInt32? {
    holders.compactMap { if case .lease(let lease) = $0 { lease.millisecondsToLive } else { nil } }.min()
  }

  /// Who is in the way.
  fileprivate func described(in collection: CollectionName) -> String {
    switch holders.first {
    case .lease(let lease):
      "\(collection): \(Printable.string(lease.owner)) holds the lease with token \(lease.token), and is alive"
    case .unreadable(let token, let reason): "\(collection): the lease with token \(token) cannot be read (\(reason))"
    case nil: "\(collection): the lease was taken by others all the time"
    }
  }
}
