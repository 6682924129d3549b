package import Primitives

/// A writer's claim to a collection (formats/lease.md). It saves others work and never gives safety.
package struct Lease: Sendable, Equatable {
  package static let byteCountMax = 4_096
  package static let ownerByteCountMax = 1_024
  /// How long a lease may count after its last beat.
  package static let timeToLiveMilliseconds: ClosedRange<UInt32> = 100...30_000

  package enum State: UInt8, Sendable, CaseIterable {
    case held = 1
    case released = 2
  }

  package let collection: CollectionName
  /// Its number, which is in its name.
  package let token: UInt64
  /// The mark by which its owner finds it again.
  package let identifier: UniqueName
  package private(set) var state: State
  package let started: Timestamp
  /// When it was written last, by the owner's clock; for people.
  package private(set) var beaten: Timestamp
  package let millisecondsToLive: UInt32
  /// Counts up from 0 while the owner is alive.
  package private(set) var beat: UInt64
  package let owner: String
  package private(set) var totals: LeaseTotals

  package init(
    collection: CollectionName, token: UInt64, identifier: UniqueName, state: State = .held, started: Timestamp,
    beaten: Timestamp? = nil, millisecondsToLive: UInt32, beat: UInt64 = 0, owner: String,
    totals: LeaseTotals = LeaseTotals()
  ) {
    self.collection = collection
    self.token = token
    self.identifier = identifier
    self.state = state
    self.started = started
    self.beaten = beaten ?? started
    self.millisecondsToLive = millisecondsToLive
    self.beat = beat
    self.owner = owner
    self.totals = totals
  }

  package var key: ObjectKey { .lease(collection, token: token) }

  /// The same lease, with other totals.
  func with(_ totals: LeaseTotals) -> Lease {
    var lease = self
    lease.totals = totals
    return lease
  }

  /// The same lease, one beat later.
  package func beating(at now: Timestamp) -> Lease {
    var next = self
    next.beat &+= 1
    next.beaten = now
    return next
  }

  /// The same lease, given up after so long.
  package func released(at now: Timestamp, heldMilliseconds: UInt64) -> Lease {
    var next = beating(at: now)
    next.state = .released
    next.totals.heldMilliseconds &+= heldMilliseconds
    return next
  }
}

/// What the leases of a collection came to, up to one of them.
package struct LeaseTotals: Sendable, Hashable {
  package var acquired: UInt64 = 0
  package var takenOver: UInt64 = 0
  package var waitedMilliseconds: UInt64 = 0
  package var heldMilliseconds: UInt64 = 0

  package init() {}

  /// With one lease more.
  package func adding(waitedMilliseconds: UInt64, isTakeover: Bool) -> LeaseTotals {
    var totals = self
    totals.acquired &+= 1
    totals.takenOver &+= isTakeover ? 1 : 0
    totals.waitedMilliseconds &+= waitedMilliseconds
    return totals
  }
}
