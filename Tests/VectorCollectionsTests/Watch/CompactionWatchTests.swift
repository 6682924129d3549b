import Primitives
import Testing
import VectorCollections

/// A clock that the test moves: the watch is a value, and asks nobody for the time.
struct CompactionWatchTests {
  private let second: UInt64 = 1_000_000_000

  private func watch(seed: UInt64 = 1, report: UInt64 = .max / 2) -> CompactionWatch {
    var intervals = CompactionWatch.Intervals()
    intervals.report = report
    return CompactionWatch(intervals, random: SeededRandomSource(seed: seed), now: 0)
  }

  private func made(_ versions: UInt64) -> CompactionMetrics {
    var metrics = CompactionMetrics()
    (metrics.compactions, metrics.versions, metrics.deltas) = (1, versions, versions * 3)
    return metrics
  }

  /// The rest that is due, which is taken.
  private func rest(_ watch: inout CompactionWatch, _ now: inout UInt64) -> UInt64? {
    guard case .rest(let nanoseconds) = watch.next(now: now) else { return nil }
    now += nanoseconds
    return nanoseconds
  }

  @Test(arguments: 1...16 as ClosedRange<UInt64>)
  func `trouble makes it rest longer each time, up to a bound, and a look that works ends that`(seed: UInt64) throws {
    var (watch, now) = (watch(seed: seed), 0 as UInt64)
    for round in 0..<12 {
      #expect(watch.next(now: now) == .look)
      watch.failed(.tier, now: now)
      let whole = min((second / 2) << UInt64(round), 60 * second)
      let rested = try #require(rest(&watch, &now))
      #expect((whole / 2...whole).contains(rested), "round \(round) rests \(rested), seed \(seed)")
    }
    watch.looked(isWaiting: false, now: now)
    _ = rest(&watch, &now)
    watch.failed(.conflict, now: now)
    #expect(try #require(rest(&watch, &now)) <= second / 2)
    #expect(watch.metrics.tierFailures == 12 && watch.metrics.conflicts == 1)
  }

  @Test(arguments: 1...16 as ClosedRange<UInt64>)
  func `where nothing comes it looks less and less often, up to a bound`(seed: UInt64) throws {
    var (watch, now) = (watch(seed: seed), 0 as UInt64)
    for round in 0..<10 {
      #expect(watch.next(now: now) == .look)
      watch.looked(isWaiting: false, now: now)
      let whole = min((second / 5) << UInt64(round), 5 * second)
      let rested = try #require(rest(&watch, &now))
      #expect((whole / 2...whole).contains(rested), "round \(round) rests \(rested), seed \(seed)")
    }
    #expect(watch.metrics.looks == 10)
  }

  @Test func `what waits is compacted at once, and what is left after it too`() throws {
    var (watch, now) = (watch(), 0 as UInt64)
    for _ in 0..<8 {
      watch.looked(isWaiting: false, now: now)
      _ = rest(&watch, &now)
    }
    watch.looked(isWaiting: true, now: now)
    #expect(watch.next(now: now) == .compact)
    watch.compacted(made(1), leavesMore: true, now: now)
    #expect(watch.next(now: now) == .compact)
    watch.compacted(made(1), leavesMore: false, now: now)
    #expect(try #require(rest(&watch, &now)) <= second / 5)
    #expect(watch.metrics.versions == 2 && watch.metrics.deltas == 6)
  }

  @Test func `what waits and cannot be taken does not keep it busy`() throws {
    var (watch, now) = (watch(), 0 as UInt64)
    var rests: [UInt64] = []
    for _ in 0..<8 {
      watch.looked(isWaiting: true, now: now)
      #expect(watch.next(now: now) == .compact)
      watch.compacted(made(0), leavesMore: false, now: now)
      rests.append(try #require(rest(&watch, &now)))
    }
    #expect(rests[0] <= second / 5 && rests[7] >= 5 * second / 2)
  }

  @Test func `a compaction that is locked out is repeated after a rest`() throws {
    var (watch, now) = (watch(), 0 as UInt64)
    watch.looked(isWaiting: true, now: now)
    watch.failed(.locked, now: now)
    #expect(rest(&watch, &now) != nil)
    #expect(watch.next(now: now) == .look && watch.metrics.locked == 1)
  }

  @Test func `it is told in time how it went, in the middle of a rest too`() throws {
    var (watch, now) = (watch(report: second), 0 as UInt64)
    var reports = 0
    while now < 30 * second {
      switch watch.next(now: now) {
      case .look: watch.looked(isWaiting: false, now: now)
      case .rest(let nanoseconds):
        #expect(nanoseconds > 0 && nanoseconds <= second)
        now += nanoseconds
      case .report: reports += 1
      case .compact: Issue.record("nothing waits")
      }
    }
    #expect((29...30).contains(reports))
  }
}
