import ObjectTier
import Primitives
import SnapshotFormat
import TestTiers
import Testing

@Suite struct MeteredTierTests {
  private let inner = MemoryTier(.origin)
  private let pack = ObjectKey.pack(UniqueName(high: 1, low: 2))

  @Test func `failures are counted, missing objects are not among them`() throws {
    let tier = MeteredTier(inner)
    #expect(throws: TierError.self) { try tier.read(pack, limit: 1) }
    inner.fail(.denied)
    #expect(throws: TierError.self) { try tier.create(pack, [1]) }
    #expect(tier.counters.requests == 2)
    #expect(tier.counters.failures == 1)
    #expect(tier.counters.bytesWritten == 0)
  }

  @Test func `requests and bytes are counted as they pass`() throws {
    let tier = MeteredTier(inner)
    _ = try tier.create(pack, [1, 2, 3])
    _ = try tier.create(pack, [1, 2, 3])
    let before = tier.counters
    _ = try tier.read(pack, range: 1..<3)
    _ = try tier.byteCount(of: pack)
    _ = try tier.list(.packs, after: nil, limit: 1)
    try tier.replace(pack, [1])
    try tier.quarantine(pack, mark: UniqueName(high: 1, low: 1))
    try tier.remove(pack)
    let passed = tier.counters - before
    #expect(before.bytesWritten == 3)
    #expect(passed.requests == 6 && passed.bytesRead == 2 && passed.bytesWritten == 1 && passed.failures == 0)
  }
}
