import FileTier
import ObjectTier
import Primitives
import SnapshotFormat
import Testing

/// The choice of what leaves a cache.
@Suite struct CacheEvictionTests {
  private let now = Timestamp(milliseconds: 1_000_000_000)

  /// An object of 10 bytes that was last of use so many seconds ago.
  private func object(_ number: UInt64, secondsAgo: Int64) -> CachedObject {
    CachedObject(
      key: .pack(UniqueName(high: number, low: number)), byteCount: 10,
      used: Timestamp(milliseconds: now.milliseconds - secondsAgo * 1_000))
  }

  private func evicted(_ eviction: CacheEviction, of objects: [CachedObject]) -> [Int] {
    eviction.evicted.compactMap { objects.firstIndex(of: $0) }
  }

  @Test func `an empty cache, and one within its policy, lose nothing`() {
    let policy = CacheEviction.Policy(byteCountMax: 20, idleSecondsMax: 60)
    #expect(CacheEviction(of: [], policy, now: now).evicted.isEmpty)
    let objects = [object(1, secondsAgo: 60), object(2, secondsAgo: 1)]
    let eviction = CacheEviction(of: objects, policy, now: now)
    #expect(eviction.evicted.isEmpty && eviction.keptByteCount == 20)
  }

  @Test func `the longest idle go until the rest fits`() {
    let objects = [object(1, secondsAgo: 5), object(2, secondsAgo: 50), object(3, secondsAgo: 20)]
    let eviction = CacheEviction(of: objects, CacheEviction.Policy(byteCountMax: 15), now: now)
    #expect(evicted(eviction, of: objects) == [1, 2] && eviction.keptByteCount == 10)
  }

  @Test func `age counts by itself`() {
    let objects = [object(1, secondsAgo: 5), object(2, secondsAgo: 61)]
    #expect(evicted(CacheEviction(of: objects, .init(idleSecondsMax: 60), now: now), of: objects) == [1])
  }

  @Test func `what is set aside goes first, and what is kept or being copied stays`() {
    let aside = CachedObject(
      key: .quarantine(.pack(UniqueName(high: 9, low: 9)), mark: UniqueName(high: 1, low: 1)), byteCount: 10, used: now)
    let objects = [object(1, secondsAgo: 50), aside, object(2, secondsAgo: 40), object(3, secondsAgo: 30)]
    let policy = CacheEviction.Policy(byteCountMax: 30)
    #expect(evicted(CacheEviction(of: objects, policy, now: now), of: objects) == [1])
    let eviction = CacheEviction(
      of: objects, CacheEviction.Policy(byteCountMax: 0), now: now, kept: [objects[0].key],
      claims: [.claim(objects[2].key)])
    #expect(evicted(eviction, of: objects) == [1, 3])
    #expect(eviction.protectedCount == 2 && eviction.keptByteCount == 20)
  }

  @Test func `clocks that are wrong cost a fetch, and trap nowhere`() {
    let objects = [object(1, secondsAgo: -1_000_000), object(2, secondsAgo: 900_000)]
    let policy = CacheEviction.Policy(byteCountMax: .max, idleSecondsMax: 1e300)
    #expect(CacheEviction(of: objects, policy, now: now).evicted.isEmpty)
  }
}
