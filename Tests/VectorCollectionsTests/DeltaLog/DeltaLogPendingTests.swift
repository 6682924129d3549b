import ObjectTier
import Primitives
import SnapshotFormat
import Synchronization
import Testing
import VectorCollections

struct DeltaLogPendingTests {
  let sample = SampleLog()

  private func sequences(_ pending: PendingDeltas) -> [UInt64] { pending.summaries.map(\.reference.sequence) }

  @Test func `a missing sequence stops its line and is named`() throws {
    for text in ["a", "b", "c", "d"] { try sample.append(text) }
    sample.tier.remove(sample.key(3))
    let pending = try sample.log.pending()
    #expect(sequences(pending) == [1, 2] && pending.gaps == [sample.producer: 3])
  }

  @Test func `a sequence that the listing does not show yet is found by asking for it`() throws {
    for text in ["a", "b", "c"] { try sample.append(text) }
    sample.tier.state.withLock { _ = $0.hidden.insert(sample.key(2)) }
    #expect(try sequences(sample.log.pending()) == [1, 2, 3])
  }

  @Test func `a damaged delta is reported, and so is what waits behind it`() throws {
    try sample.append("a")
    try sample.append("b")
    var bytes = sample.tier.objects[sample.key(1)]!
    bytes.removeLast(20)
    sample.tier.replace(sample.key(1), bytes)
    let other = ProducerName("other")!
    var request = sample.request("x")
    request.producer = other
    _ = try sample.log.append(request)
    let pending = try sample.log.pending()
    #expect(pending.unreadable.map(\.reference.sequence) == [1])
    #expect(pending.waiting.keys.sorted() == [other, sample.producer])
    #expect(pending.waiting[sample.producer]?.map(\.reference.sequence) == [2])
  }

  @Test func `a quarantined delta is passed over and the line goes on`() throws {
    for text in ["a", "b", "c"] { try sample.append(text) }
    let entry = QuarantinedDelta(
      producer: sample.producer, sequence: 2, digest: try sample.digest(2), reason: "no")
    sample.head.current.withLock { $0.quarantined = [entry] }
    let pending = try sample.log.pending()
    #expect(sequences(pending) == [1, 3] && pending.quarantined == [entry])
  }

  @Test func `more deltas than are listed are refused, not listed in part`() throws {
    for text in ["a", "b", "c", "d"] { try sample.append(text) }
    var configuration = DeltaLog.Configuration()
    configuration.listedCountMax = 3
    let log = DeltaLog(
      tier: sample.tier, collection: CollectionName("words")!, schema: VectorSchema(dimension: 1),
      compacted: sample.head, clock: sample.clock, configuration: configuration)
    #expect(throws: DeltaLogError.self) { try log.pending() }
    sample.head.compact(sample.producer, through: 2, digest: try sample.digest(2))
    #expect(try sequences(log.pending()) == [3, 4])
  }

  @Test func `what was compacted long ago is not listed, and a small delta takes two requests`() throws {
    for text in ["a", "b", "c"] { try sample.append(text) }
    let bytes = try #require(sample.tier.objects[sample.key(1)])
    sample.tier.state.withLock { state in
      for sequence in 4...9_000 as ClosedRange<UInt64> { state.objects[sample.key(sequence)] = bytes }
    }
    sample.head.compact(sample.producer, through: 8_990, digest: .zero)
    let tier = MeteredTier(sample.tier)
    let log = DeltaLog(
      tier: tier, collection: CollectionName("words")!, schema: VectorSchema(dimension: 1), compacted: sample.head,
      clock: sample.clock)
    #expect(try log.pending().unreadable.count == 10)
    // Each is looked at twice, for it is not what it should be; and one behind the last.
    #expect(tier.counters.requests <= 2 + 10 * 2 * 2 + 1, "\(tier.counters.requests) requests")
  }

  @Test func `what is compacted does not wait`() throws {
    for text in ["a", "b", "c"] { try sample.append(text) }
    sample.head.compact(sample.producer, through: 2, digest: try sample.digest(2))
    #expect(try sequences(sample.log.pending()) == [3])
  }

  @Test func `a delta that may not be taken in says why`() throws {
    try sample.append("a")
    let delta = try sample.log.pending().summaries[0]
    let clock = delta.tail.footer.leastClock
    func admission(_ dimension: Int, oldest: UInt64) -> DeltaAdmission {
      DeltaAdmission(schema: VectorSchema(dimension: dimension), oldestRecord: HybridClock(oldest))
    }
    #expect(admission(1, oldest: clock.value - 1).defect(of: delta, after: .zero) == nil)
    #expect(admission(2, oldest: 0).defect(of: delta, after: .zero) != nil)
    #expect(admission(1, oldest: clock.value).defect(of: delta, after: .zero) != nil)
    #expect(admission(1, oldest: 0).defect(of: delta, after: Digest.of([1])) != nil)
  }

  @Test func `a delta is ahead when its last clock is, by more than is allowed`() throws {
    try sample.append("a")
    let delta = try sample.log.pending().summaries[0]
    let last = delta.tail.footer.greatestClock.timestamp.milliseconds
    func excess(_ now: Int64, allowed: Int64) -> Int64? {
      ClockBound(now: Timestamp(milliseconds: now), aheadMaxMilliseconds: allowed).excess(of: delta)
    }
    #expect(excess(last, allowed: 0) == nil && excess(last - 5, allowed: 5) == nil)
    #expect(excess(last - 6, allowed: 5) == 6)
    #expect(excess(last + 1_000_000, allowed: 5) == nil)
  }
}
