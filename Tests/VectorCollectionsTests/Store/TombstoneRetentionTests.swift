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
    _ operations: [RecordOperation], by producer: ProducerName, days: Int64, _ schema: Int = 1,
    to tier: (any ObjectTier)? = nil
  ) throws -> ObjectKey {
    let old = SampleClock()
    old.set(clock.now().milliseconds - days * Self.day)
    let log = DeltaLog(
      tier: tier ?? test.origin, collection: test.vectors.collection, schema: VectorSchema(dimension: schema),
      compacted: SampleHead(), clock: old)
    let outcome = try log.append(AppendRequest(producer: producer, operations: operations))
    return try #require(outcome.appendedKey)
  }

  private var oldestRecord: HybridClock {
    get throws { HybridClock(try vectors.store.head(of: vectors.collection).fences.oldestRecord) }
  }

  private func upsert(_ id: String) -> RecordOperation { .upsert(RecordName(id)!, RecordBody(floats: [1])) }
  private func delete(_ id: String) -> RecordOperation { .delete(RecordName(id)!) }

  /// Deletes `a` and what begins with `x`, and has that given up a month later; `b` is deleted then.
  private func giveUpDeletions() throws {
    try append([upsert("a"), upsert("b")])
    try append([delete("a"), .deletePrefix(RecordName("x")!)])
    _ = try vectors.compact()
    pass(days: 31)
    try append([upsert("c"), delete("b")])
    for _ in 0..<3 {
      try append([upsert("c")])
      _ = try vectors.compact()
    }
  }

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
    try giveUpDeletions()
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

  @Test func `a copy in another store shuts out what is older, as the source does`() throws {
    try append([upsert("a"), upsert("b")])
    try append([delete("a")])
    _ = try vectors.compact()
    let (test, mirror) = try Self.collection(clock)
    func copy() throws {
      _ = try StoreCopy(from: vectors.store, to: mirror.store, deadline: .never).run(vectors.collection)
    }
    try copy()
    pass(days: 31)
    for _ in 0..<4 {
      try append([upsert("b")])
      _ = try vectors.compact()
    }
    try copy()
    let mirrored = try mirror.store.head(of: mirror.collection).fences.oldestRecord
    #expect(try HybridClock(mirrored) == oldestRecord && mirrored > 0)
    let late = ProducerName("late")!
    _ = try appendLate([upsert("a")], by: late, days: 40, to: test.origin)
    #expect(try mirror.compact().quarantined.map(\.producer) == [late])
    #expect(try test.records(mirror.readerWithPending()).keys.map(\.string) == ["b"])
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

  @Test func `changes of what is not there that are given up at once are not told as waiting`() throws {
    try append([upsert("m")])
    _ = try vectors.compact()
    let patch = RecordOperation.patch(
      RecordName("c")!, MetadataFields([MetadataField(key: UTF8Text("k"), value: .integer(1))])!)
    _ = try appendLate([patch, upsert("d")], by: ProducerName("late")!, days: 1)
    pass(days: 32)
    var told: [RecordReport] = []
    let result = try vectors.compact { told.append($0) }
    #expect(result.deltas.map(\.waiting.count) == [0] && result.deltas.map(\.applied) == [2])
    #expect(told.map { "\($0.key.name) \($0.fate)" } == ["c givenUp", "d applied"])
    #expect(try vectors.reconcile().reconciles)
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
    for _ in 0..<2 {
      #expect(throws: DeltaLogError.tooLate(sample.key(1))) { try sample.append("a", sequence: 1) }
      #expect(throws: DeltaLogError.conflict(sample.key(1))) { try sample.append("b", sequence: 1) }
    }
    let digest = try sample.digest(1)
    sample.head.current.withLock {
      $0.quarantined = [QuarantinedDelta(producer: sample.producer, sequence: 1, digest: digest, reason: "old")]
      $0.positions[sample.producer] = CompactedState.Position(sequence: 2, digest: .zero)
    }
    #expect(throws: DeltaLogError.tooLate(sample.key(1)), "it is set aside by now") {
      try sample.append("a", sequence: 1)
    }
  }

  /// `isAside`: whether a compaction meets the late delta before its work is written again.
  @Test(arguments: [false, true])
  func `work that came too late and was written again counts once`(isAside: Bool) throws {
    try giveUpDeletions()
    let late = ProducerName("late")!
    var request = AppendRequest(producer: late, operations: [upsert("l"), upsert("m")])
    (request.run, request.expected) = ("r", 2)
    let old = SampleClock()
    old.set(clock.now().milliseconds - 40 * Self.day)
    let log = DeltaLog(
      tier: test.origin, collection: test.vectors.collection, schema: VectorSchema(dimension: 1),
      compacted: SampleHead(), clock: old)
    _ = try log.append(request)
    if isAside {
      try append([upsert("d")])
      #expect(try vectors.compact().quarantined.map(\.producer) == [late])
      #expect(try vectors.reconcile().runs.last?.quarantined == 2)
    }
    _ = try vectors.append(request)
    func run() throws -> Reconciliation.Run? { try vectors.reconcile().runs.last }
    #expect(try run()?.pending == 2 && run()?.appended == 2 && run()?.surplus == 0)
    #expect(try vectors.compact().deltas.map(\.sequence) == [2])
    for sequence in 1...2 as ClosedRange<UInt64> {
      #expect(try run()?.applied == 2 && run()?.appended == 2 && vectors.reconcile().reconciles, "\(sequence)")
      try test.origin.remove(.delta(vectors.collection, late, sequence: 3 - sequence))
    }
    #expect(try vectors.reconcile().runs.map(\.quarantined) == [0, 0])
  }

  @Test func `what was taken in before as old is not accepted any more is there already`() throws {
    let sample = SampleLog()
    try sample.append("a", sequence: 1)
    sample.head.compact(sample.producer, through: 1, digest: try sample.digest(1))
    sample.head.current.withLock { $0.oldestRecord = HybridClock(.max - 1) }
    #expect(try sample.append("a", sequence: 1) == .alreadyThere(sample.key(1)))
  }
}

extension Timestamp {
  fileprivate func later(by days: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds + days * 86_400_000) }
}
