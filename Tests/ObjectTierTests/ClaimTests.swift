import Foundation
import ObjectTier
import Primitives
import SnapshotFormat
import Synchronization
import TestTiers
import Testing

/// Several processes that miss the same object of one cache.
@Suite struct ClaimTests {
  private let origin: MemoryTier
  private let cache: MemoryTier
  private let clock = ManualClock()
  private let tier: CachedTier
  private let pack = ObjectKey.pack(UniqueName(high: 1, low: 2))
  private let bytes = (0..<100).map { UInt8($0) }

  init() throws {
    origin = MemoryTier(.origin, clock: clock)
    cache = MemoryTier(.cache, clock: clock)
    var options = CachedTier.Options()
    options.beginThread = { _ in }
    tier = CachedTier(
      origin: origin, cache: cache, options: options, clock: clock, random: SeededRandomSource(seed: 1))
    origin[pack] = bytes
  }

  private var seconds: Double { Double(clock.nanoseconds() - 1_000_000_000) / 1e9 }

  // MARK: A claim that nobody keeps

  @Test func `a claim that says nothing is taken over after some seconds, and the object is copied`() throws {
    cache[.claim(pack)] = [1]
    #expect(try tier.read(pack, range: 0..<10) == Array(bytes[0..<10]))
    #expect((5.0..<6.0).contains(seconds))
    #expect(cache.keys == [pack.string])
    let other = ObjectKey.pack(UniqueName(high: 5, low: 6))
    origin[other] = bytes
    let after = seconds
    #expect(try tier.read(other, range: 0..<10) == Array(bytes[0..<10]))
    #expect(seconds == after)
    #expect(cache[.claim(other)] == nil)
  }

  @Test func `claims that nobody keeps leave half of a deadline to the origin, however many they are`() throws {
    let packs = (0..<6).map { ObjectKey.pack(UniqueName(high: 7, low: UInt64($0))) }
    for key in packs {
      cache[.claim(key)] = [1]
      origin[key] = bytes
    }
    origin.slow(seconds: 0.1)
    let bounded = tier.bounded(by: Deadline(seconds: 3, from: clock))
    for key in packs { #expect(try bounded.read(key, range: 0..<10) == Array(bytes[0..<10])) }
    #expect((1.5..<3.0).contains(seconds))
  }

  @Test func `whoever is not the first to find a claim silent waits for the one who is`() throws {
    cache[.claim(pack)] = [1]
    cache[.takeover(of: .claim(pack), Digest.of([1]))] = [2]
    clock.whenSlept { [cache, pack, bytes] now in
      // The other one has taken it over, and goes on for longer than a claim may be silent.
      cache[.claim(pack)] = Array("\(now / 1_000_000_000)".utf8)
      if now > 15_000_000_000 { cache[pack] = bytes }
    }
    #expect(try tier.read(pack, limit: 100) == bytes)
    #expect(origin.calls.isEmpty)
    #expect(tier.counters.awaited == 1)
  }

  @Test func `where nobody can take over, the object is copied in the end`() throws {
    cache[.claim(pack)] = [1]
    cache[.takeover(of: .claim(pack), Digest.of([1]))] = [2]
    #expect(try tier.read(pack, limit: 100) == bytes)
    #expect((120.0..<121.0).contains(seconds))
    #expect(cache[.claim(pack)] == [1])
  }

  // MARK: A claim of another

  @Test func `a claim that goes on is waited for, however long the object takes`() throws {
    cache[.claim(pack)] = [0]
    clock.whenSlept { [cache, pack, bytes] now in
      cache[.claim(pack)] = Array("\(now / 4_000_000_000)".utf8)
      if now > 60_000_000_000 { cache[pack] = bytes }
    }
    #expect(try tier.read(pack, range: 0..<10) == Array(bytes[0..<10]))
    #expect((59.0..<60.0).contains(seconds))
    #expect(origin.calls.isEmpty)
  }

  @Test func `who gets the claim after another copies nothing again`() throws {
    cache[.claim(pack)] = [1]
    clock.whenSlept { [cache, pack, bytes] _ in
      cache.whenCalled { name in
        // Between the look for the object and the next attempt at the claim.
        guard name == "create" else { return }
        cache[pack] = bytes
        cache[.claim(pack)] = nil
      }
    }
    #expect(try tier.read(pack, limit: 100) == bytes)
    #expect(origin.calls.isEmpty)
    #expect(cache.keys == [pack.string])
  }

  @Test func `what was taken over is another's, and is not removed`() throws {
    origin.whenCalled { [cache, pack] _ in cache[.claim(pack)] = [7] }
    #expect(try tier.read(pack, limit: 100) == bytes)
    #expect(cache[.claim(pack)] == [7])
  }

  @Test func `nobody waits for a claim beyond half of the time of the call`() throws {
    cache[.claim(pack)] = [1]
    origin.slow(seconds: 0.4)
    let bounded = tier.bounded(by: Deadline(seconds: 2, from: clock))
    #expect(try bounded.read(pack, range: 0..<10) == Array(bytes[0..<10]))
    #expect((1.0..<2.0).contains(seconds))
  }

  @Test func `a claim is taken back when the origin fails`() throws {
    origin.fail(.stalled)
    #expect(throws: TierError.self) { try tier.read(pack, range: 0..<10) }
    #expect(cache.keys.isEmpty)
  }

  // MARK: All at once

  /// So many processes that read one object from an origin whose every answer takes a while.
  private func readers(_ count: Int, seconds: Double) -> (wrong: Int, bytesRead: UInt64) {
    let slow = MeteredTier(SlowTier(origin, seconds: seconds))
    let cache = MemoryTier(.cache)
    if let claim = self.cache[.claim(pack)] { cache[.claim(pack)] = claim }
    var options = CachedTier.Options()
    options.beatNanoseconds = 50_000_000
    options.silenceNanoseconds = 3_000_000_000
    let wrong = Mutex(0)
    let group = DispatchGroup()
    for seed in 0..<count {
      let tier = CachedTier(
        origin: slow, cache: cache, options: options, clock: SystemClock(),
        random: SeededRandomSource(seed: UInt64(seed)))
      group.enter()
      Thread.detachNewThread { [pack, bytes] in
        if (try? tier.read(pack, range: 5..<50)) != Array(bytes[5..<50]) { wrong.withLock { $0 += 1 } }
        group.leave()
      }
    }
    group.wait()
    return (wrong.withLock { $0 }, slow.counters.bytesRead)
  }

  @Test(arguments: [0.03, 0.9])
  func `of many that miss one object one copies it, even if it takes longer than a claim may be silent`(
    _ seconds: Double
  ) {
    let (wrong, bytesRead) = readers(8, seconds: seconds)
    #expect(wrong == 0)
    #expect(bytesRead == UInt64(bytes.count))
  }

  @Test func `of many that find a claim silent one copies the object`() {
    cache[.claim(pack)] = [1]
    let (wrong, bytesRead) = readers(8, seconds: 0.9)
    #expect(wrong == 0)
    #expect(bytesRead == UInt64(bytes.count))
  }
}
