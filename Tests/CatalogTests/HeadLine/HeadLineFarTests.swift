import Catalog
import Glibc
import ObjectTier
import Primitives
import SnapshotFormat
import Synchronization
import TestTiers
import Testing

/// The heads of a tier where each call is a round trip.
@Suite struct HeadLineFarTests {
  private let tier = MemoryTier()

  @Test(arguments: [0, 1, 2, 3, 9] as [UInt64])
  func `three revisions are looked for at once, and the newest is found`(hint: UInt64) throws {
    let head = try Samples.fill(tier, versions: 3)
    let far = FarTier(tier)
    #expect(try HeadLine(far, Samples.words).newest(hint: hint) == head)
    #expect(far.meetingCount == 3, "of three probes the first waited for the last")
  }

  @Test func `where a hint is known the newest is read at once, and no request is for a look alone`() throws {
    let head = try Samples.fill(tier, versions: 3)
    for hint in head.revision - 1...head.revision {
      let far = FarTier(tier)
      #expect(try HeadLine(far, Samples.words).newest(hint: hint) == head)
      #expect(far.counts == FarTier.Counts(looks: 0, reads: 3))
    }
    let far = FarTier(tier)
    #expect(try HeadLine(far, Samples.words).newest() == head)
    #expect(far.counts.reads == 1)
  }

  @Test func `what is wrong with a head below the newest does not matter, of the newest it does`() throws {
    let head = try Samples.fill(tier, versions: 3)
    let (below, newest) = (ObjectKey.head(Samples.words, revision: head.revision - 1), head.key)
    for bytes in [[], [1], [UInt8](repeating: 0, count: SealedObject.byteCountMax + 1)] {
      tier.overwrite(below, bytes)
      #expect(try HeadLine(FarTier(tier), Samples.words).newest(hint: head.revision - 1) == head)
    }
    for bytes in [[], [1], [UInt8](repeating: 0, count: SealedObject.byteCountMax + 1)] {
      tier.overwrite(newest, bytes)
      let error = #expect(throws: CatalogError.self) {
        try HeadLine(FarTier(tier), Samples.words).newest(hint: head.revision - 1)
      }
      guard case .damaged(newest, _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test func `one probe that fails fails the search`() throws {
    _ = try Samples.fill(tier, versions: 3)
    tier.failReads(1)
    let error = #expect(throws: CatalogError.self) { try HeadLine(FarTier(tier), Samples.words).newest(hint: 2) }
    guard case .tier = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}

/// Calls for heads wait for each other, a second at most: who makes one after the other never has three there.
private final class FarTier: ForwardingTier {
  struct Counts: Equatable {
    var looks = 0
    var reads = 0
  }

  let tier: any ObjectTier
  private let waiting = Mutex((now: 0, most: 0))
  private let counted = Mutex(Counts())

  init(_ tier: MemoryTier) { self.tier = tier }

  let callsAtOnce = 3
  var counts: Counts { counted.withLock { $0 } }
  /// How many were under way at once, at most.
  var meetingCount: Int { waiting.withLock { $0.most } }

  func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? {
    counted.withLock { $0.looks += 1 }
    return try met { () throws(TierError) in try tier.byteCount(of: key) }
  }

  func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] {
    counted.withLock { $0.reads += 1 }
    return try met { () throws(TierError) in try tier.read(key, limit: limit) }
  }

  private func met<Value>(_ body: () throws(TierError) -> Value) throws(TierError) -> Value {
    enter(1)
    defer { enter(-1) }
    for _ in 0..<1_000 where meetingCount < callsAtOnce { usleep(1_000) }
    return try body()
  }

  private func enter(_ count: Int) {
    waiting.withLock { waiting in
      waiting.now += count
      waiting.most = max(waiting.most, waiting.now)
    }
  }
}
