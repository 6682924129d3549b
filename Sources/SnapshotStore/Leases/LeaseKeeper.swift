package import Catalog
package import Primitives
internal import SnapshotFormat
internal import Synchronization

/// A lease while work is done under it: beats on a thread of its own, and notices when it was taken over.
///
/// - The thread makes one call at a time, and ends when the lease is given up or fenced.
/// - A beat that fails is left out: at worst another takes over, and this holder is fenced.
/// - Whoever made a keeper calls `finish`, once.
package final class LeaseKeeper: Sendable {
  package let acquired: AcquiredLease
  private let leases: Leases
  private let started: UInt64
  /// Held during a beat and while the lease is given up, so that no beat comes after the end.
  private let lease: Mutex<Lease>
  private let higherToken = Atomic<UInt64>(0)
  private let isEnding = Atomic(false)

  /// So often within the time to live.
  private static let beatCount: UInt64 = 5
  private static let sliceNanoseconds: UInt64 = 20_000_000
  /// How long the end waits for a beat that does not come back.
  private static let endSeconds = 5.0

  /// - Parameter begin: begins a thread that beats. Without one to be had it is a lease without beats.
  package init(
    _ acquired: AcquiredLease, of leases: Leases,
    begin: (@escaping @Sendable () -> Void) -> Void = { BlockingThread($0)?.detach() }
  ) {
    self.acquired = acquired
    self.leases = leases
    started = leases.settings.clock.nanoseconds()
    lease = Mutex(acquired.lease)
    begin { self.keepBeating() }
  }

  package var token: UInt64 { acquired.lease.token }
  package var heldMilliseconds: UInt64 { (leases.settings.clock.nanoseconds() - started) / 1_000_000 }

  /// Stops work that cannot be published any more.
  /// - Throws: `.catalog(.fenced)` when another took over.
  package func check() throws(StoreError) {
    let higher = higherToken.load(ordering: .relaxed)
    guard higher > 0 else { return }
    throw .catalog(.fenced(acquired.lease.collection, token: token, higher: higher))
  }

  /// Gives the lease up; one that was fenced is not there to be given up. What fails here is left to the time to live.
  package func finish() {
    isEnding.store(true, ordering: .relaxed)
    let clock = leases.settings.clock
    let limit = Deadline(seconds: LeaseKeeper.endSeconds, from: clock)
    let isFenced = higherToken.load(ordering: .relaxed) > 0
    while !isFenced, lease.withLockIfAvailable({ release($0) }) == nil, !limit.hasPassed(on: clock) {
      clock.sleep(nanoseconds: LeaseKeeper.sliceNanoseconds)
    }
  }

  private func release(_ lease: Lease) {
    try? leases.release(lease, heldMilliseconds: heldMilliseconds)
  }
}

extension LeaseKeeper {
  private func keepBeating() {
    let interval = UInt64(acquired.lease.millisecondsToLive) * 1_000_000 / LeaseKeeper.beatCount
    let clock = leases.settings.clock
    var known = acquired.head
    var last = clock.nanoseconds()
    while !isEnding.load(ordering: .relaxed), higherToken.load(ordering: .relaxed) == 0 {
      if clock.nanoseconds() - last >= interval {
        last = clock.nanoseconds()
        beat(&known)
      }
      clock.sleep(nanoseconds: min(LeaseKeeper.sliceNanoseconds, interval))
    }
  }

  private func beat(_ known: inout Head) {
    lease.withLock { lease in
      guard !isEnding.load(ordering: .relaxed) else { return }
      do throws(CatalogError) {
        if let higher = try leases.fence(of: lease, known: &known) {
          return higherToken.store(higher, ordering: .relaxed)
        }
        lease = try leases.beat(lease)
      } catch {}
    }
  }
}

/// What became of a lease, for the log and for who asks.
package struct LeaseReport: Sendable, Equatable {
  package let collection: CollectionName
  package let token: UInt64
  package let owner: String
  package let isTakeover: Bool
  package let waitedMilliseconds: UInt64
  package let heldMilliseconds: UInt64

  package init(_ keeper: LeaseKeeper) {
    let lease = keeper.acquired.lease
    collection = lease.collection
    token = lease.token
    owner = lease.owner
    isTakeover = keeper.acquired.isTakeover
    waitedMilliseconds = keeper.acquired.waitedMilliseconds
    heldMilliseconds = keeper.heldMilliseconds
  }
}
