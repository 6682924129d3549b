import Catalog
import Glibc
import ObjectTier
import Primitives
import SnapshotFormat
import Synchronization
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

/// Looks at heads wait for each other, a second at most: who makes one after the other never has three there.
private final class FarTier: ObjectTier {
  private let tier: MemoryTier
  private let waiting = Mutex((now: 0, most: 0))

  init(_ tier: MemoryTier) { self.tier = tier }

  let callsAtOnce = 3
  var role: TierRole { tier.role }
  var location: String { tier.location }
  /// How many looks were under way at once, at most.
  var meetingCount: Int { waiting.withLock { $0.most } }

  func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? {
    enter(1)
    defer { enter(-1) }
    for _ in 0..<1_000 where meetingCount < callsAtOnce { usleep(1_000) }
    return try tier.byteCount(of: key)
  }

  private func enter(_ count: Int) {
    waiting.withLock { waiting in
      waiting.now += count
      waiting.most = max(waiting.most, waiting.now)
    }
  }

  func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] { try tier.read(key, range: range) }
  func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] { try tier.read(key, limit: limit) }
  func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome { try tier.create(key, bytes) }
  func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) { try tier.replace(key, bytes) }
  func remove(_ key: ObjectKey) throws(TierError) { try tier.remove(key) }
  func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError) { try tier.quarantine(key, mark: mark) }
  func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    try tier.list(prefix, after: start, limit: limit)
  }
}
