import Catalog
import Foundation
import Primitives
import SnapshotFormat
import SnapshotStore
import Synchronization
import Testing
import VectorCollections

/// What a compaction does under a lease, and what it leaves when it loses it.
@Suite struct CompactionLeaseTests {
  private let test: TestVectors
  private let producer = ProducerName("p")!

  init() throws {
    test = try TestVectors()
    try test.append([.upsert(RecordName("a")!, RecordBody(floats: [1]))], by: producer)
  }

  /// The collection as another process has it: with a time to live of its own.
  private func vectors(_ use: LeaseUse = LeaseUse(), seconds: Double = 0.2, timeout: Double = 20) -> VectorStore {
    let store = test.vectors.store
    var settings = store.settings
    settings.policy.leaseSecondsToLive = seconds
    settings.policy.lockTimeoutSeconds = timeout
    var own = test.vectors.settings
    own.lease = use
    return VectorStore(
      SnapshotStore(
        identity: store.identity, tier: store.tier, catalog: store.catalog, limits: store.limits, settings: settings),
      test.vectors.collection, settings: own)
  }

  private var leases: Leases {
    Leases(test.vectors.store.catalog, test.vectors.collection, settings: test.vectors.store.settings)
  }

  private func newestVersion() throws -> UInt64 {
    try test.vectors.store.head(of: test.vectors.collection).newestVersion
  }

  private func code(_ body: () throws -> Void) -> CatalogError? {
    do { try body() } catch StoreError.catalog(let error) { return error } catch {}
    return nil
  }

  @Test func `a lease that is broken before the commit fences it, and nothing is published or lost`() throws {
    let leases = leases
    let seen = Mutex<[LeaseChange]>([])
    let use = LeaseUse(changed: { change, _ in
      seen.withLock { $0.append(change) }
      if change == .acquired { _ = try? leases.breakHold(deadline: .never) }
    })
    let error = code { _ = try vectors(use, seconds: 30).compact() }
    #expect(error == .fenced(test.vectors.collection, token: 1, higher: 2))
    #expect(try newestVersion() == 0 && seen.withLock { $0 } == [.acquired, .fenced])
    let result = try vectors().compact()
    #expect(result.lease?.token == 3 && result.row?.version == 1 && result.deltas.map(\.applied) == [1])
    #expect(try test.records(test.vectors.readerWithPending()).count == 1)
  }

  @Test func `what is set aside without a version is fenced too`() throws {
    let key = try #require(try test.append([.delete(RecordName("b")!)], by: ProducerName("q")!))
    try test.damage(key, at: 120)
    let first = ObjectKey.delta(test.vectors.collection, producer, sequence: 1)
    try test.damage(first, at: 120)
    let leases = leases
    let use = LeaseUse(changed: { change, _ in
      if change == .acquired { _ = try? leases.breakHold(deadline: .never) }
    })
    guard case .fenced = code({ _ = try vectors(use, seconds: 30).compact() }) else {
      throw StoreError.invalid("it was not fenced")
    }
    #expect(try test.vectors.store.head(of: test.vectors.collection).quarantine.isEmpty)
  }

  @Test func `who does not get the lease in time publishes nothing`() throws {
    let keeper = LeaseKeeper(try leases.acquire(deadline: .never), of: leases)
    guard case .locked = code({ _ = try vectors(timeout: 0.3).compact() }) else {
      throw StoreError.invalid("it was not locked out")
    }
    #expect(try newestVersion() == 0)
    keeper.finish()
    #expect(try vectors().compact().row?.version == 1)
  }

  @Test func `a keeper beats, is not taken over, and gives the lease up`() throws {
    var settings = test.vectors.store.settings
    settings.policy.leaseSecondsToLive = 0.5
    let leases = Leases(test.vectors.store.catalog, test.vectors.collection, settings: settings)
    let keeper = LeaseKeeper(try leases.acquire(deadline: .never), of: leases)
    #expect(throws: CatalogError.self) {
      try leases.acquire(deadline: Deadline(seconds: 1.5, from: SystemClock()))
    }
    guard case .lease(let held) = try leases.look().holders.first else { throw StoreError.invalid("nothing is held") }
    #expect(held.token == 1 && held.beat > 1)
    try keeper.check()
    keeper.finish()
    let last = try #require(try leases.look().last)
    #expect(last.state == .released && last.totals.heldMilliseconds >= 1_000)
  }

  @Test func `a keeper that was fenced says so, and leaves the lease to the next`() throws {
    var settings = test.vectors.store.settings
    settings.policy.leaseSecondsToLive = 0.2
    let leases = Leases(test.vectors.store.catalog, test.vectors.collection, settings: settings)
    let keeper = LeaseKeeper(try leases.acquire(deadline: .never), of: leases)
    _ = try leases.breakHold(deadline: .never)
    let limit = Deadline(seconds: 20, from: SystemClock())
    var fenced: CatalogError?
    while fenced == nil, !limit.hasPassed(on: SystemClock()) {
      fenced = code { try keeper.check() }
      SystemClock().sleep(nanoseconds: 5_000_000)
    }
    #expect(fenced == .fenced(test.vectors.collection, token: 1, higher: 2))
    keeper.finish()
    #expect(try leases.acquire(deadline: .never).lease.token == 3)
  }

  @Test func `a compaction with nothing to do takes the lease and gives it back`() throws {
    #expect(try vectors().compact().lease?.token == 1)
    let again = try vectors().compact()
    #expect(again.isUnchanged && again.lease?.token == 2)
    #expect(try leases.look().holders.isEmpty)
  }
}
