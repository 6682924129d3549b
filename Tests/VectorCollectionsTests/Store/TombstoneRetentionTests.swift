import Catalog
import DirectoryCatalog
import ObjectTier
import Primitives
import RecordSamples
import SnapshotFormat
import SnapshotStore
import Synchronization
import Testing
import VectorCollections

/// Deletions are kept for a time, then given up; what is as old is not accepted any more (formats/head.md §8).
struct TombstoneRetentionTests {
  private static let day: Int64 = 86_400_000

  private let test: TestVectors
  private let clock = SampleClock()
  private let vectors: VectorStore
  private let producer = ProducerName("p")!

  init() throws {
    (test, vectors) = try Self.collection(clock)
  }

  /// A collection that keeps deletions for thirty days, by a clock that a test moves.
  private static func collection(_ clock: SampleClock) throws -> (TestVectors, VectorStore) {
    let test = try TestVectors()
    let store = test.vectors.store
    let commits = CommitSettings(clock: SystemClock(), wallClock: clock, random: SystemRandomSource())
    var settings = test.vectors.settings
    settings.tombstoneRetentionMilliseconds = 30 * day
    settings.plan.segmentDepth = 3
    settings.plan.segmentDepthAfter = 1
    let vectors = VectorStore(
      SnapshotStore(
        identity: store.identity, tier: test.origin, catalog: DirectoryCatalog(test.origin), limits: store.limits,
        settings: commits), test.vectors.collection, settings: settings)
    return (test, vectors)
  }

  private func pass(days: Int64) { clock.time.withLock { $0 = $0.later(by: days) } }

  private func append(_ operations: [RecordOperation], by producer: ProducerName? = nil) throws {
    _ = try vectors.append(AppendRequest(producer: producer ?? self.producer, operations: operations))
  }

  /// A delta as one writes it who has not looked at the collection for a while.
  private func appendLate(
    _ operations: [RecordOperation], by producer: ProducerName, days: Int64, _ schema: Int = 1
  ) throws -> ObjectKey {
    let old = SampleClock()
    old.set(clock.now().milliseconds - days * Self.day)
    let log = DeltaLog(
      tier: test.origin, collection: test.vectors.collection, schema: VectorSchema(dimension: schema),
      compacted: SampleHead(), clock: old)
    let outcome = try log.append(AppendRequest(producer: producer, operations: operations))
    return try #require(outcome.appendedKey)
  }

  private var oldestRecord: HybridClock {
    get throws { HybridClock(try vectors.store.head(of: vectors.collection).fences.oldestRecord) }
  }

  private func upsert(_ id: String) -> RecordOperation { .upsert(RecordName(id)!, RecordBody(floats: [1])) }
  private func delete(_ id: String) -> RecordOperation { .delete(RecordName(id)!) }

  @Test func `a deletion that is younger stays, and nothing older is shut out`() throws {
    try append([upsert("a"), upsert("b")])
    try append([delete("a")])
    pass(days: 29)
    try append([upsert("c")])
    _ = try vectors.compact()
    #expect(try oldestRecord == .zero)
    _ = try appendLate([upsert("a")], by: ProducerName("late")!, days: 40)
    #expect(try vectors.compact().quarantined.isEmpty)
    #expect(try test.records(vectors.readerWithPending()).keys.map(\.string).sorted() == ["b", "c"])
  }

  @Test func `a deletion that is older goes, and what is older than it is set aside, not brought back`() throws {
    try append([upsert("a"), upsert("b")])
    try append([delete("a"), .deletePrefix(RecordName("x")!)])
    _ = try vectors.compact()
    pass(days: 31)
    try append([upsert("c"), delete("b")])
    for _ in 0..<3 {
      try append([upsert("c")])
      _ = try vectors.compact()
    }
    let oldest = try oldestRecord
    #expect(oldest > .zero && oldest.timestamp.milliseconds <= clock.now().milliseconds - 30 * Self.day)
    let late = ProducerName("late")!
    _ = try appendLate([upsert("a"), upsert("x/1")], by: late, days: 40)
    let result = try vectors.compact()
    #expect(result.quarantined.map(\.producer) == [late])
    #expect(result.quarantined[0].reason.contains("older than the oldest record"))
    #expect(try test.records(vectors.readerWithPending()).keys.map(\.string) == ["c"])
    #expect(throws: RetryError.self) { try vectors.retry(late, sequence: 1) }
    #expect(try vectors.reconcile().reconciles)
  }

  @Test func `deltas of which nothing stays are accounted for all the same`() throws {
    try append([upsert("m")])
    _ = try vectors.compact()
    _ = try appendLate([delete("c")], by: ProducerName("late")!, days: 1)
    pass(days: 32)
    #expect(try vectors.compact().quarantined.isEmpty)
    let reconciled = try vectors.reconcile()
    #expect(reconciled.reconciles, "\(reconciled)")
  }

  @Test func `what waits and is not taken is not shut out`() throws {
    try append([upsert("a")])
    try append([delete("a")])
    _ = try vectors.compact()
    let late = ProducerName("z")!
    let key = try appendLate([upsert("a"), upsert("late")], by: late, days: 3)
    let least = try #require(try test.stamped(key, by: late).first).1.clock
    pass(days: 40)
    for _ in 0..<4 {
      try append([upsert("b")])
      #expect(try vectors.compact(deltaCountMax: 1).deltas.map(\.producer) == [producer])
      #expect(try oldestRecord < least)
    }
    let result = try vectors.compact()
    #expect(result.quarantined.isEmpty && result.deltas.map(\.producer) == [late])
    #expect(try test.records(vectors.readerWithPending()).keys.map(\.string).sorted() == ["b", "late"])
  }

  @Test(arguments: 1...16 as ClosedRange<UInt64>)
  func `in any order of work, delay and compaction, records are what was accepted, and nothing else`(
    seed: UInt64
  ) throws {
    let source = OperationSource(seed: seed)
    var log: [(ProducerName, StampedOperation)] = []
    for step in 0..<40 {
      pass(days: Int64(source.number(below: 12)))
      let operations = (0..<1 + source.number(below: 6)).map { _ in source.operation() }
      let producer =
        source.number(below: 3) == 0 ? ProducerName("late-\(step)")! : source.pick(OperationSource.producers)
      if producer.string.hasPrefix("late"), step > 0 {
        let key = try appendLate(operations, by: producer, days: Int64(source.number(below: 60)), 4)
        let stamped = try test.stamped(key, by: producer)
        if try #require(stamped.first).1.clock > oldestRecord { log += stamped }
      } else {
        let upserts: [RecordOperation] = step == 0 ? [.upsert(source.name(), source.body())] : []
        let request = AppendRequest(producer: producer, operations: upserts + operations)
        guard case .appended(let key, _, _) = try vectors.append(request) else { throw StoreError.invalid("not new") }
        log += try test.stamped(key, by: producer)
      }
      guard source.number(below: 3) > 0 else { continue }
      _ = try vectors.compact(deltaCountMax: 1 + source.number(below: 3))
      #expect(try test.records(vectors.readerWithPending()) == replayed(log), "seed \(seed), step \(step)")
    }
    while try vectors.compact().leavesDeltas {}
    #expect(try test.records(vectors.readerWithPending()) == replayed(log), "seed \(seed)")
    #expect(try oldestRecord > .zero, "nothing was given up with seed \(seed)")
    #expect(try vectors.reconcile().reconciles)
  }

  @Test func `an append that came too late for the oldest record is written again, with new clocks`() throws {
    let sample = SampleLog()
    sample.tier.state.withLock { state in
      state.afterCreate = { [head = sample.head, now = sample.clock.now()] _ in
        head.current.withLock { $0.oldestRecord = HybridClock(Timestamp(milliseconds: now.milliseconds + 1)) }
      }
    }
    #expect(try sample.append("a").appendedKey == sample.key(2))
    #expect(try sample.tail(2).footer.leastClock > sample.head.current.withLock { $0.oldestRecord })
  }

  @Test func `where its number was asked for, it is refused`() throws {
    let sample = SampleLog()
    sample.tier.state.withLock { state in
      state.afterCreate = { [head = sample.head] _ in
        head.current.withLock { $0.oldestRecord = HybridClock(.max - 1) }
      }
    }
    do throws(DeltaLogError) {
      _ = try sample.log.append(sample.request("a", sequence: 1))
      Issue.record("it was appended")
    } catch {
      guard case .refused(let reason) = error else { throw error }
      #expect(reason.contains("nothing as old is accepted"))
    }
  }
}

extension Timestamp {
  fileprivate func later(by days: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds + days * 86_400_000) }
}
