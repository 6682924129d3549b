import Catalog
import DirectoryCatalog
import ObjectTier
import Primitives
import SnapshotFormat
import SnapshotStore
import Synchronization
import Testing
import VectorCollections

/// What a watch makes of what its tier really failed with.
struct CompactionTroubleTests {
  private let test: TestVectors
  private let tier: FailingTier
  private let vectors: VectorStore

  init() throws {
    test = try TestVectors()
    tier = FailingTier(test.origin)
    let store = test.vectors.store
    vectors = VectorStore(
      SnapshotStore(
        identity: store.identity, tier: tier, catalog: DirectoryCatalog(tier), limits: store.limits,
        settings: CommitSettings(clock: test.clock, wallClock: test.clock, random: SystemRandomSource())),
      test.vectors.collection, settings: test.vectors.settings)
    try test.append([.upsert(RecordName("a")!, RecordBody(floats: [1]))], by: ProducerName("p")!)
  }

  private func failure(_ kind: TierError.Kind, _ body: () throws(StoreError) -> Void) -> StoreError? {
    tier.failure.withLock { $0 = kind }
    defer { tier.failure.withLock { $0 = nil } }
    do throws(StoreError) { try body() } catch { return error }
    return nil
  }

  private static let passing: [TierError.Kind] = [
    .failed, .stalled, .noSpace(missing: nil), .outcomeUnknown, .unsynced(isFull: false),
  ]

  @Test(arguments: passing)
  func `a look or a compaction that a tier failed is tried again`(kind: TierError.Kind) throws {
    var probe = DeltaProbe(vectors)
    #expect(try probe.isWaiting())
    let looked = try #require(failure(kind) { () throws(StoreError) in _ = try probe.isWaiting() })
    #expect(CompactionWatch.Trouble(looked) == .tier, "\(looked)")
    let compacted = try #require(failure(kind) { () throws(StoreError) in _ = try vectors.compact() })
    #expect(CompactionWatch.Trouble(compacted) == .tier, "\(compacted)")
    #expect(try probe.isWaiting() && vectors.compact().row?.version == 1)
  }

  @Test func `a right that is missing, or damage, does not pass by itself`() throws {
    let denied = try #require(failure(.denied) { () throws(StoreError) in _ = try vectors.compact() })
    #expect(CompactionWatch.Trouble(denied) == nil)
    let damage = Damage(tier: "t", object: "o", kind: .damaged, reason: "r")
    #expect(CompactionWatch.Trouble(.damage(damage)) == nil && CompactionWatch.Trouble(.invalid("no")) == nil)
  }

  @Test func `others that commit first, and another that holds the lease, are waited for`() {
    #expect(CompactionWatch.Trouble(.catalog(.contended(test.vectors.collection, attempts: 3))) == .conflict)
    #expect(CompactionWatch.Trouble(.catalog(.timedOut("lock"))) == .tier)
  }
}
