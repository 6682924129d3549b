import ObjectTier
import Primitives
import SnapshotFormat
import SnapshotStore
import Testing
import VectorCollections

/// A row has at most 4,096 changed keys (formats/segment.md §7), however many deltas and segments they come from.
struct CrowdedRowTests {
  private let test: TestVectors
  private let producer = ProducerName("p")!
  private let id = RecordName("a")!

  init() throws {
    test = try TestVectors()
    try test.append([.upsert(id, RecordBody(floats: [1]))], by: producer)
  }

  /// Changes a thousand keys that no other round does.
  private func patch(_ round: Int) throws { try test.append([change(round)], by: producer) }

  private func change(_ round: Int) -> RecordOperation {
    let fields = (0..<1_000).map { MetadataField(key: UTF8Text("\(round)-\($0)"), value: .integer(1)) }
    return .patch(id, MetadataFields(fields)!)
  }

  private func record(_ row: VersionRow?) throws -> RecordBody? {
    try test.vectors.reader(try #require(row)).get(id)
  }

  @Test func `a delta that would make a row too large is set aside, and what comes after it goes on`() throws {
    var aside: [UInt64] = []
    for round in 0..<12 {
      try patch(round)
      try test.append([.upsert(RecordName("b-\(round)")!, RecordBody(floats: [2]))], by: producer)
      let result = try test.vectors.compact()
      aside += result.quarantined.map(\.sequence)
      for delta in result.quarantined { #expect(delta.reason.contains("more changed keys"), "\(delta.reason)") }
      #expect(try record(result.row)?.metadata.fields.count == min(round + 1, 4) * 1_000)
    }
    #expect(aside == [10, 12, 14, 16, 18, 20, 22, 24])
    #expect(try test.records(try test.vectors.readerWithPending()).count == 13)
    #expect(try test.vectors.reconcile().reconciles)
  }

  @Test func `of deltas that are taken together those are set aside that cross the limit, in one compaction`() throws {
    _ = try test.vectors.compact()
    for round in 0..<3 { try patch(round) }
    _ = try test.vectors.compact()
    for round in 3..<9 { try patch(round) }
    let result = try test.vectors.compact()
    #expect(result.deltas.map(\.sequence) == [5] && result.quarantined.map(\.sequence) == [6, 7, 8, 9, 10])
    #expect(try record(result.row)?.metadata.fields.count == 4_000)
  }

  @Test func `a new record that is older than what is changed of it does not make room for more`() throws {
    _ = try test.vectors.compact()
    let late = [.upsert(id, RecordBody(floats: [2]))] + (0..<3).map(change)
    try test.append(late, by: ProducerName("z")!)
    try test.append((3..<6).map(change), by: producer)
    #expect(try test.vectors.compact(deltaCountMax: 1).deltas.map(\.producer) == [producer])
    let result = try test.vectors.compact()
    #expect(result.deltas.isEmpty && result.quarantined.map(\.sequence) == [1])
    #expect(try record(test.vectors.store.head(of: test.vectors.collection).newestRow)?.metadata.fields.count == 3_000)
  }

  @Test func `a new record makes room for changes again, also where segments are merged without it`() throws {
    var limits = test.vectors.settings
    limits.plan.segmentDepth = 4
    limits.plan.segmentDepthAfter = 2
    let vectors = VectorStore(test.vectors.store, test.vectors.collection, settings: limits)
    // Large, so that it is not among those that are merged.
    let filler = (0..<2_000).map { RecordOperation.upsert(RecordName("z-\($0)")!, RecordBody(floats: [Float($0)])) }
    for round in 0..<4 {
      try patch(round)
      _ = try vectors.compact()
    }
    try test.append([.upsert(id, RecordBody(floats: [3]))] + filler, by: producer)
    _ = try vectors.compact()
    for round in 4..<8 {
      try patch(round)
      let result = try vectors.compact()
      #expect(result.quarantined.isEmpty)
      #expect(try record(result.row)?.metadata.fields.count == (round - 3) * 1_000)
    }
  }

  @Test func `changes that a record of the same delta overtakes do not count, also when it is put back`() throws {
    let changes = (0..<6).map(change)
    try test.append(changes + [.upsert(id, RecordBody(floats: [4])), change(9)], by: producer)
    let result = try test.vectors.compact()
    #expect(result.quarantined.isEmpty && result.deltas.count == 2)
    #expect(try record(result.row)?.metadata.fields.count == 1_000 && record(result.row)?.floats == [4])
  }

  @Test func `changes that a later delta overtakes do not count, where one compaction takes both`() throws {
    try test.append((0..<6).map(change), by: producer)
    try test.append([.upsert(id, RecordBody(floats: [5]))], by: producer)
    try test.append((6..<12).map(change), by: producer)
    let result = try test.vectors.compact()
    #expect(result.deltas.map(\.sequence) == [1, 2, 3] && result.quarantined.map(\.sequence) == [4])
    #expect(try record(result.row) == RecordBody(floats: [5]))
    #expect(try test.vectors.reconcile().reconciles)
  }

  @Test func `deltas of whose changes all are overtaken are accounted for all the same`() throws {
    let late = try #require(try test.append((0..<6).map(change), by: ProducerName("q")!))
    try test.append([.upsert(id, RecordBody(floats: [5]))], by: producer)
    let bytes = try test.origin.read(late, limit: DeltaLimits.byteCount)
    try test.origin.remove(late)
    _ = try test.vectors.compact()
    _ = try test.origin.create(late, bytes)
    let result = try test.vectors.compact()
    #expect(result.deltas.map(\.superseded) == [6])
    let account = try test.vectors.reconcile()
    #expect(account.reconciles && account.runs.map(\.superseded) == [6], "\(account)")
    #expect(try record(result.row) == RecordBody(floats: [5]))
  }

  @Test func `where the record that would overtake them is left behind or cannot be read, they are set aside`() throws {
    for isDamaged in [false, true] {
      let test = try TestVectors()
      try test.append([.upsert(RecordName("b")!, RecordBody(floats: [1]))], by: producer)
      _ = try test.vectors.compact()
      try test.append((0..<6).map(change), by: producer)
      let key = try #require(try test.append([.upsert(id, RecordBody(floats: [5]))], by: producer))
      // A byte of the vector: header and end are sound.
      if isDamaged { try test.damage(key, at: 258) }
      let result = try test.vectors.compact(deltaCountMax: isDamaged ? nil : 1)
      #expect(result.quarantined.map(\.sequence) == (isDamaged ? [2, 3] : [2]))
      #expect(result.quarantined.first?.reason.contains("more changed keys") == true)
      #expect(result.row?.recordCount == (isDamaged ? 1 : 2))
      #expect(try test.vectors.reconcile().reconciles)
    }
  }

  private let ids = (0..<8).map { RecordName("id-\($0)")! }

  /// Changes a thousand keys of each.
  private func changes(of ids: [RecordName], _ round: Int) -> [RecordOperation] {
    ids.flatMap { id -> [RecordOperation] in
      guard case .patch(_, let fields) = change(round) else { return [] }
      return [.patch(id, fields)]
    }
  }

  /// A collection of records each of which is as large as it may be, and together more than a compaction may hold.
  private func full() throws -> TestVectors {
    let test = try TestVectors { $0.tableByteCountMax = 1 << 20 }
    try test.append(ids.map { .upsert($0, RecordBody(floats: [1])) }, by: producer)
    for round in 0..<4 { try test.append(changes(of: ids, round), by: producer) }
    return test
  }

  @Test func `where more rows are large than there is memory for, deltas are taken a few at a time`() throws {
    let test = try full()
    while try test.vectors.compact().leavesDeltas {}
    for id in ids { try test.append(changes(of: [id], 4), by: producer) }
    try test.append(changes(of: ids, 5), by: ProducerName("q")!)
    try test.append([.upsert(RecordName("other")!, RecordBody(floats: [2]))], by: ProducerName("r")!)
    var aside: [QuarantinedDelta] = []
    var result: CompactionResult
    repeat {
      result = try test.vectors.compact()
      aside += result.quarantined
    } while result.leavesDeltas
    #expect(aside.count == 9 && aside.allSatisfy { $0.reason.contains("more changed keys") }, "\(aside)")
    #expect(try test.records(test.vectors.readerWithPending()).count == 9 && test.vectors.reconcile().reconciles)
  }

  @Test func `a delta that is about more large rows than there is memory for is set aside`() throws {
    let late = ProducerName("q")!
    let test = try full()
    let key = ObjectKey.delta(test.vectors.collection, late, sequence: 1)
    let early = DeltaLog(
      tier: test.origin, collection: test.vectors.collection, schema: VectorSchema(dimension: 1),
      compacted: SampleHead(), clock: SampleClock())
    _ = try early.append(AppendRequest(producer: late, operations: (0..<6).flatMap { changes(of: ids, $0) }))
    let bytes = try test.origin.read(key, limit: DeltaLimits.byteCount)
    try test.origin.remove(key)
    while try test.vectors.compact().leavesDeltas {}
    _ = try test.origin.create(key, bytes)
    let aside = try test.vectors.compact().quarantined
    #expect(aside.map(\.producer) == [late] && aside[0].reason.contains("than fit in memory"), "\(aside)")
    #expect(try test.vectors.reconcile().reconciles)
  }

  @Test func `what waits and is too much for a row is no damage to a reader, who is told to compact`() throws {
    for round in 0..<5 { try patch(round) }
    do throws(StoreError) {
      _ = try test.vectors.readerWithPending()
      Issue.record("it was read")
    } catch {
      guard case .invalid(let reason) = error else { throw error }
      #expect(reason.contains("p/6") && reason.contains("compact first"), "\(reason)")
    }
    #expect(try test.vectors.compact().quarantined.map(\.sequence) == [6])
    #expect(try test.vectors.readerWithPending().get(id)?.metadata.fields.count == 4_000)
  }
}
