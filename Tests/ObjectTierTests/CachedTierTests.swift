import Foundation
import ObjectTier
import Primitives
import SnapshotFormat
import Synchronization
import TestTiers
import Testing

@Suite struct CachedTierTests {
  private let origin: MemoryTier
  private let cache: MemoryTier
  private let clock = ManualClock()
  private let told = Told()
  private let tier: CachedTier
  private let pack = ObjectKey.pack(UniqueName(high: 1, low: 2))
  private let bytes = (0..<100).map { UInt8($0) }

  init() throws {
    origin = MemoryTier(.origin, clock: clock)
    cache = MemoryTier(.cache, clock: clock)
    var options = CachedTier.Options()
    options.fillPieceByteCount = 30
    options.beginThread = { _ in }
    options.isSound = { _, bytes in bytes.first != 0xEE }
    tier = CachedTier(
      origin: origin, cache: cache, options: options, clock: clock, random: SeededRandomSource(seed: 1)
    ) { [told] in told.add($0) }
    origin[pack] = bytes
  }

  private func head(_ revision: UInt64) throws -> ObjectKey {
    .head(try #require(CollectionName("words")), revision: revision)
  }

  // MARK: A cache that is no help

  @Test(arguments: [
    TierError.Kind.failed, .denied, .stalled, .outcomeUnknown, .noSpace(missing: nil), .notFound,
    .tooShort(byteCount: 3), .tooLarge(byteCount: 3),
  ])
  func `no failure of the cache fails a call`(_ kind: TierError.Kind) throws {
    cache.fail(kind)
    let other = ObjectKey.manifest(UniqueName(high: 3, low: 4))
    for _ in 0..<5 {
      #expect(try tier.read(pack, range: 10..<20) == Array(bytes[10..<20]))
      #expect(try tier.read(pack, limit: 100) == bytes)
    }
    #expect(try tier.create(other, [1]) == .created)
    tier.invalidate(other)
    #expect(try tier.read(other, limit: 10) == [1])
    try tier.quarantine(other, mark: UniqueName(high: 5, low: 6))
    try tier.remove(pack)
    #expect(tier.counters.hits == 0)
  }

  @Test func `a cache that goes on failing is left alone for a while, then asked again`() throws {
    cache.fail(.failed)
    for _ in 0..<10 { _ = try tier.read(pack, range: 0..<1) }
    #expect(!tier.cacheIsUp)
    let asked = cache.calls.count
    #expect(asked <= 6)
    _ = try tier.read(pack, range: 0..<1)
    #expect(cache.calls.count == asked)
    cache.fail(nil)
    clock.sleep(nanoseconds: 30_000_000_000)
    #expect(tier.cacheIsUp)
    _ = try tier.read(pack, range: 0..<1)
    _ = try tier.read(pack, range: 0..<1)
    #expect(tier.counters.hits == 1)
    #expect(tier.counters.lastFailure != nil)
    #expect(told.texts == ["the cache is left alone for 30 s: memory-cache/\(pack): failed"])
  }

  @Test func `a cache that stalls is waited for once`() throws {
    cache.fail(.stalled)
    for _ in 0..<5 { _ = try tier.read(pack, range: 0..<1) }
    #expect(cache.calls.count == 1)
    #expect(tier.counters.failures == 1)
    #expect(told.texts.count == 1)
  }

  @Test(arguments: [["create"], ["read", "create"]] as [Set<String>])
  func `a cache that falls silent costs half of the time that is left, and once`(_ calls: Set<String>) throws {
    let start = clock.nanoseconds()
    let bounded = tier.bounded(by: Deadline(seconds: 4, from: clock))
    cache.whenCalled { [cache] in cache.slow(seconds: calls.contains($0) ? 30 : 0) }
    origin.slow(seconds: 0.1)
    let other = ObjectKey.pack(UniqueName(high: 5, low: 6))
    origin[other] = bytes
    for key in [pack, other] { #expect(try bounded.read(key, range: 0..<100) == bytes) }
    #expect(clock.nanoseconds() - start < 3_500_000_000)
    #expect(tier.counters.failures == 1)
  }

  @Test func `a cache that cannot be written is read all the same`() throws {
    cache[pack] = bytes
    cache.fail(.denied, ["create", "remove", "quarantine"])
    for number in 0..<10 {
      let missing = ObjectKey.pack(UniqueName(high: 9, low: UInt64(number)))
      origin[missing] = bytes
      _ = try tier.read(missing, range: 0..<1)
    }
    #expect(try tier.read(pack, limit: 100) == bytes)
    #expect(tier.counters.hits == 1)
    // Three objects were read whole for nothing; the seven others only as far as was asked.
    #expect(tier.counters.bytesFromOrigin == 3 * 100 + 7)
  }

  @Test func `a torn object is set aside, counted, and replaced from the origin`() throws {
    cache[pack] = Array(bytes[..<50])
    #expect(try tier.read(pack, range: 40..<60) == Array(bytes[40..<60]))
    #expect(tier.counters.damaged == 1)
    #expect(told.texts == ["memory-cache/\(pack): it does not verify, and was set aside"])
    #expect(cache[pack] == bytes)
    #expect(cache.keys.contains { $0.hasPrefix("quarantine/") })
    #expect(try tier.read(pack, range: 40..<60) == Array(bytes[40..<60]))
    #expect(tier.counters.hits == 1)
  }

  @Test func `an object that did not verify comes from the origin next time`() throws {
    cache[pack] = Array(repeating: 0xFF, count: 100)
    #expect(try tier.read(pack, limit: 100) != bytes)
    tier.invalidate(pack)
    #expect(try tier.read(pack, limit: 100) == bytes)
    #expect(cache[pack] == bytes)
    #expect(try tier.read(pack, limit: 100) == bytes)
    #expect(tier.counters.hits == 2)
  }

  @Test func `an origin whose bytes do not verify is not asked for ever`() throws {
    let tier: any ObjectTier = tier
    var reads = 0
    repeat {
      _ = try tier.read(pack, limit: 100)
      reads += 1
    } while tier.invalidate(pack) && reads < 10
    #expect(reads == 3)
    #expect(!tier.invalidate(try head(1)))
    #expect(!MeteredTier(tier).invalidate(pack))
    #expect(MeteredTier(tier).invalidate(.manifest(UniqueName(high: 6, low: 6))))
  }

  @Test func `a wrong object that cannot be set aside is never read again, nor the origin read for nothing`() throws {
    cache[pack] = Array(repeating: 0xFF, count: 100)
    cache.fail(.denied, ["quarantine"])
    tier.invalidate(pack)
    for _ in 0..<20 { #expect(try tier.read(pack, range: 0..<1) == [0]) }
    #expect(tier.counters.hits == 0)
    #expect(tier.counters.bytesFromOrigin == 100 + 19)
  }

  @Test func `a cache that damages what is put there is given up for that object`() throws {
    for _ in 0..<5 {
      #expect(try tier.read(pack, limit: 100) == bytes)
      cache[pack] = [1, 2, 3]
      tier.invalidate(pack)
    }
    #expect(try tier.read(pack, limit: 100) == bytes)
    #expect(tier.counters.hits == 0)
  }

  @Test func `too many wrong objects, and the whole cache is distrusted`() throws {
    for number in 0...1_024 { tier.invalidate(.pack(UniqueName(high: 7, low: UInt64(number)))) }
    cache[pack] = Array(repeating: 0xFF, count: 100)
    #expect(try tier.read(pack, limit: 100) == bytes)
    #expect(!tier.cacheIsUp)
    #expect(told.texts.count == 11)
  }

  @Test func `what the origin gives and is not sound is not put where others read it`() throws {
    origin[pack] = [0xEE, 1]
    #expect(try tier.read(pack, limit: 100) == [0xEE, 1])
    #expect(cache[pack] == nil)
    #expect(cache[.claim(pack)] == nil)
    #expect(tier.counters.refused == 1)
    #expect(told.texts == ["memory-origin/\(pack): it does not verify, and was not put into the cache"])
    // It was damaged on the way.
    origin[pack] = bytes
    #expect(!tier.invalidate(pack), "it did not come out of the cache")
    #expect(try tier.read(pack, limit: 100) == bytes)
    #expect(cache[pack] == bytes)
  }

  @Test func `what stays damaged at the origin is read in parts from the third time on`() throws {
    origin[pack] = [0xEE] + bytes.dropFirst()
    var read: [UInt64] = []
    for _ in 0..<4 {
      let before = tier.counters.bytesFromOrigin
      _ = try tier.read(pack, range: 0..<1)
      read.append(tier.counters.bytesFromOrigin - before)
    }
    #expect(read == [100, 100, 1, 1])
    #expect(cache[pack] == nil)
  }

  @Test func `a call without time for an answer says nothing about the cache`() throws {
    cache.whenCalled { [cache] _ in cache.slow(seconds: 30) }
    cache[pack] = bytes
    let hurried = tier.bounded(by: Deadline(seconds: 0.5, from: clock))
    #expect(try hurried.read(pack, range: 0..<1) == [bytes[0]])
    #expect(tier.cacheIsUp && told.texts.isEmpty)
  }

  // MARK: What comes from the origin alone

  @Test func `heads, deltas, intents and the store are never cached`() throws {
    let words = try #require(CollectionName("words"))
    let producer = try #require(ProducerName("p"))
    let intent = ObjectKey.intent(words, IntentIdentifier(value: 1))
    for key in [.store, try head(1), .delta(words, producer, sequence: 1), intent] {
      cache[key] = [9, 9, 9]
      #expect(try tier.create(key, [1]) == .created)
      #expect(try tier.read(key, limit: 10) == [1])
      #expect(try tier.read(key, range: 0..<1) == [1])
      tier.invalidate(key)
      try tier.replace(key, [2])
      #expect(try tier.read(key, limit: 10) == [2])
      try tier.remove(key)
    }
    #expect(cache.calls.isEmpty)
  }

  @Test func `listings and byte counts are the origin's`() throws {
    cache[.pack(UniqueName(high: 8, low: 8))] = [1]
    cache[pack] = [1]
    #expect(try tier.list(.packs, after: nil, limit: 10) == [pack])
    #expect(try tier.byteCount(of: pack) == 100)
    #expect(cache.calls.isEmpty)
  }

  @Test func `what the origin lacks is not there, whatever the cache fails with`() throws {
    origin[pack] = nil
    let error = #expect(throws: TierError.self) { try tier.read(pack, limit: 100) }
    #expect(error?.kind == .notFound)
    #expect(cache[pack] == nil)
  }

  @Test func `what the origin fails with reaches the caller`() throws {
    origin.fail(.outcomeUnknown)
    let error = #expect(throws: TierError.self) { try tier.create(.manifest(UniqueName(high: 1, low: 1)), [1]) }
    #expect(error?.kind == .outcomeUnknown)
    #expect(cache.keys.isEmpty)
  }

  @Test func `a range beyond the object is too short from the origin too`() throws {
    for _ in 0..<3 {
      let error = #expect(throws: TierError.self) { try tier.read(pack, range: 90..<101) }
      #expect(error?.kind == .tooShort(byteCount: 100))
    }
    #expect(throws: TierError.self) { try tier.read(pack, range: 0..<UInt64.max) }
    #expect(throws: TierError.self) { try tier.read(pack, limit: 99) }
  }

  // MARK: What a cache is for

  @Test func `a miss copies the whole object in pieces, and the next read asks nobody else`() throws {
    #expect(try tier.read(pack, range: 5..<6) == [5])
    #expect(origin.calls == ["byteCount", "read", "read", "read", "read"])
    origin.forgetCalls()
    #expect(try tier.read(pack, range: 0..<100) == bytes)
    #expect(origin.calls.isEmpty)
    let counters = tier.counters
    #expect(counters.hits == 1 && counters.misses == 1)
    #expect(counters.bytesFromCache == 100 && counters.bytesFromOrigin == 100 && counters.filledBytes == 100)
    #expect(counters.originRequests == 5)
  }

  @Test func `what is written is in the cache already`() throws {
    let key = ObjectKey.manifest(UniqueName(high: 3, low: 4))
    #expect(try tier.create(key, [1, 2]) == .created)
    #expect(cache[key] == [1, 2])
    #expect(try tier.create(key, [3]) == .exists)
    #expect(cache[key] == [1, 2])
    try tier.remove(key)
    #expect(cache[key] == nil)
  }

  @Test func `what exists in the origin is not put into the cache unread`() throws {
    #expect(try tier.create(pack, [9]) == .exists)
    #expect(cache[pack] == nil)
  }

  @Test func `without filling only what is asked for is read`() throws {
    var options = CachedTier.Options()
    options.fills = false
    let tier = CachedTier(
      origin: origin, cache: cache, options: options, clock: clock, random: SeededRandomSource(seed: 1))
    #expect(try tier.read(pack, range: 5..<7) == [5, 6])
    #expect(tier.counters.bytesFromOrigin == 2)
    #expect(cache.keys.isEmpty)
  }
}
