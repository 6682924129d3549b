import Primitives
import RecordSamples
import SnapshotFormat
import Testing

/// The algebra of rows (formats/segment.md §5) against a dictionary that is changed in the order of stamps.
struct RecordJoinTests {
  @Test(arguments: 1...300 as ClosedRange<UInt64>)
  func `whatever order and grouping operations come in, the records are those of a dictionary`(seed: UInt64) {
    var source = OperationSource(seed: seed)
    let operations = (0..<(1 + source.number(below: 60))).map { _ in source.stamped() }
    let expected = replayed(operations)
    #expect(visible(rows(operations)) == expected, "seed \(seed)")
    #expect(rows(operations.shuffled(by: source)) == rows(operations), "seed \(seed)")
    #expect(rows(operations + operations.shuffled(by: source).prefix(20)) == rows(operations), "seed \(seed)")
    let cut = source.number(below: operations.count + 1)
    let (left, right) = (rows(Array(operations[..<cut])), rows(Array(operations[cut...])))
    #expect(right.merging(left) { $0.joined($1) } == rows(operations), "seed \(seed)")
  }

  @Test(arguments: 1...300 as ClosedRange<UInt64>)
  func `joining stays associative and commutative where two writers used the same stamp`(seed: UInt64) {
    let source = OperationSource(seed: seed)
    func row() -> Row {
      let clock = HybridClock(UInt64(source.number(below: 3)))
      return Row(StampedOperation(clock: clock, operation: same(source.operation())), by: OperationSource.producers[0])
    }
    func same(_ operation: RecordOperation) -> RecordOperation {
      let name = RecordName("a")!
      return switch operation {
      case .upsert(_, let body): .upsert(name, body)
      case .patch(_, let fields), .patchPrefix(_, let fields): .patch(name, fields)
      case .delete, .deletePrefix: .delete(name)
      }
    }
    let (a, b, c) = (row(), row(), row())
    #expect(a.joined(b).bits == b.joined(a).bits, "seed \(seed)")
    #expect(a.joined(b).joined(c).bits == a.joined(b.joined(c)).bits, "seed \(seed)")
    #expect(a.joined(a).bits == a.bits && a.joined(b).joined(b).bits == a.joined(b).bits, "seed \(seed)")
  }

  @Test(arguments: 1...200 as ClosedRange<UInt64>)
  func `folding what is older than the horizon changes no record, now or after younger operations`(seed: UInt64) {
    var source = OperationSource(seed: seed)
    let old = (0..<30).map { _ in source.stamped() }
    let horizon = old.map(\.1.clock).max()!
    let young = (0..<30).map { _ in source.stamped() }.filter { $0.1.clock > horizon }
    let all = rows(old)
    var folded: [RowKey: Row] = [:]
    for (key, row) in all where !key.isPrefix {
      let joined = all.values.filter { $0.key.covers(key) }.reduce(row) { $0.joined($1) }.folded(through: horizon)
      if joined.record != nil { folded[key] = joined }
    }
    #expect(visible(folded) == visible(all), "seed \(seed)")
    #expect(visible(folded.merging(rows(young)) { $0.joined($1) }) == replayed(old + young), "seed \(seed)")
  }

  @Test func `what a covering deletion says is left out without changing a record`() {
    let (alpha, name) = (OperationSource.producers[0], RecordName("abc")!)
    let source = OperationSource(seed: 1)
    let record = Row(StampedOperation(clock: HybridClock(5), operation: .upsert(name, source.body())), by: alpha)
    let older = Row(StampedOperation(clock: HybridClock(4), operation: .deletePrefix(name)), by: alpha)
    let newer = Row(StampedOperation(clock: HybridClock(6), operation: .deletePrefix(name)), by: alpha)
    #expect(record.without(older) == record)
    #expect(record.without(newer).isEmpty)
  }

  @Test func `a patch of an absent record waits for an older upsert, and a newer upsert takes it back`() {
    let (alpha, name) = (OperationSource.producers[0], RecordName("a")!)
    let fields = MetadataFields([MetadataField(key: "k", value: .integer(1))])!
    let patch = (alpha, StampedOperation(clock: HybridClock(5), operation: .patch(name, fields)))
    func upsert(_ clock: UInt64) -> (ProducerName, StampedOperation) {
      (alpha, StampedOperation(clock: HybridClock(clock), operation: .upsert(name, RecordBody(floats: [1]))))
    }
    #expect(visible(rows([patch])).isEmpty)
    #expect(rows([patch])[RowKey(name)]?.isWaiting == true)
    #expect(visible(rows([patch, upsert(4)]))[name]?.metadata == fields)
    #expect(visible(rows([patch, upsert(6)]))[name]?.metadata == MetadataFields.none)
  }

  @Test func `names are compared by bytes, not by what they look like`() {
    let (composed, decomposed) = (RecordName("é")!, RecordName("e\u{301}")!)
    #expect(composed != decomposed && composed.string == decomposed.string)
    #expect(RecordName("") == nil && RecordName("a\0") == nil)
    #expect(RecordName(String(repeating: "a", count: 1_025)) == nil)
  }

  @Test func `a clock goes on where the wall clock stands still or goes back`() {
    let now = Timestamp(milliseconds: 1_000)
    let first = HybridClock.zero.next(at: now)!
    let second = first.next(at: Timestamp(milliseconds: 1))!
    #expect(first.timestamp == now && second.value == first.value + 1)
    #expect(HybridClock(.max).next(at: now) == nil)
    #expect(HybridClock(Timestamp(milliseconds: -5)) == .zero)
  }
}

extension Row {
  /// The row with numbers compared by bits.
  var bits: [String] {
    let values = changes.map { "\($0.key) \($0.stamp) \(String(describing: $0.value))" }
    return values + [
      "\(String(describing: body?.stamp)) \(record?.metadata.encoded ?? []) \(record?.vector ?? []) \(isDeleted)"
    ]
  }
}
