import Primitives
import RecordSamples
import SnapshotFormat
import SnapshotStore
import Synchronization
import Testing
import VectorCollections

/// What a compaction tells of each delta and each record.
struct RecordReportTests {
  private let test: TestVectors
  private let producers = ["p", "q"].map { ProducerName($0)! }

  init() throws {
    test = try TestVectors()
  }

  private func name(_ text: String) -> RecordName { RecordName(text)! }
  private func upsert(_ text: String) -> RecordOperation { .upsert(name(text), RecordBody(floats: [1])) }
  private func patch(_ text: String) -> RecordOperation {
    .patch(name(text), MetadataFields([MetadataField(key: UTF8Text("k"), value: .integer(1))])!)
  }

  private func compacted(_ test: TestVectors) throws -> (result: CompactionResult, told: [RecordReport]) {
    var told: [RecordReport] = []
    let result = try test.vectors.compact { told.append($0) }
    return (result, told)
  }

  @Test func `changes of ids without a record are counted and named, until the record comes`() throws {
    try test.append([upsert("there"), patch("there"), patch("b"), patch("a")], by: producers[0])
    try test.append([patch("a"), .delete(name("gone")), patch("gone")], by: producers[1])
    let (first, told) = try compacted(test)
    // The same key of `a` was changed by both: the later change is what waits.
    #expect(first.deltas.map(\.waiting.count) == [1, 2])
    #expect(first.deltas.map { $0.waiting.names.map(\.string) } == [["b"], ["a", "gone"]])
    let waiting = told.filter { $0.fate == .waiting }.map { "\($0.key.name) \($0.producer)" }
    #expect(waiting == ["a q", "b p", "gone q"], "\(waiting)")
    try test.append([upsert("a"), patch("b")], by: producers[0])
    let second = try test.vectors.compact()
    #expect(second.deltas.map { $0.waiting.names.map(\.string) } == [["b"]])
  }

  @Test func `however many wait, a few are named`() throws {
    try test.append([upsert("x")] + (100..<300).map { patch("r\($0)") }, by: producers[0])
    let waiting = try #require(try test.vectors.compact().deltas.first).waiting
    #expect(waiting.count == 200 && waiting.names.count == 16 && waiting.names.first == name("r100"))
  }

  @Test func `each operation of each delta is told once, with what the delta came to`() throws {
    var source = OperationSource(seed: 11)
    for round in 0..<8 {
      for producer in producers {
        try test.append((0..<30).map { _ in source.stamped().1.operation }, by: producer)
      }
      if round == 5 {
        let key = try #require(try test.append([.upsert(name("z"), source.body())], by: producers[1]))
        try test.damage(key, at: 0)
      }
      guard round % 2 == 1 else { continue }
      let (result, told) = try compacted(test)
      for delta in result.deltas {
        let mine = told.filter { $0.producer == delta.producer && $0.sequence == delta.sequence }
        let superseded = mine.filter { $0.fate == .superseded }.reduce(0) { $0 + $1.operations }
        #expect(superseded == delta.superseded, "round \(round)")
        #expect(mine.reduce(0) { $0 + $1.operations } == delta.applied + delta.superseded, "round \(round)")
      }
      #expect(told.map(\.key) == told.map(\.key).sorted())
    }
  }

  @Test func `records of a delta that is set aside are told with the reason`() throws {
    _ = try test.append([upsert("a")], by: producers[0])
    _ = try test.vectors.compact()
    let log = DeltaLog(
      tier: test.origin, collection: test.vectors.collection, schema: VectorSchema(dimension: 2),
      compacted: HeadSequences(test.vectors), clock: SystemClock())
    let other = RecordOperation.upsert(name("b"), RecordBody(floats: [1, 2]))
    _ = try log.append(AppendRequest(producer: producers[1], operations: [other, .deletePrefix(name("c"))]))
    let (result, told) = try compacted(test)
    #expect(result.isUnchanged && result.quarantined.count == 1)
    #expect(told.map(\.key) == [RowKey(name("b")), RowKey(name("c"), isPrefix: true)])
    let reason = try #require(result.quarantined.first).reason
    #expect(told.allSatisfy { $0.fate == .quarantined(reason: reason) && $0.operations == 1 })
  }
}
