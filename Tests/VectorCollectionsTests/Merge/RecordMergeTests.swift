import Primitives
import RecordSamples
import SnapshotFormat
import Testing
import VectorCollections

/// Segments and pending operations, read together, against a dictionary.
struct RecordMergeTests {
  typealias Log = [(ProducerName, StampedOperation)]

  private func table(_ log: Log) throws -> RowTable {
    var table = RowTable()
    for (producer, operation) in log { try table.absorb(operation, by: producer) }
    return table
  }

  private func segment(_ rows: [Row], _ number: UInt64) throws -> OpenSegment? {
    guard !rows.isEmpty else { return nil }
    let description = SegmentWriter.Description(
      schema: VectorSchema(dimension: 4), name: UniqueName(high: 0, low: number), generation: number,
      created: Timestamp(milliseconds: 0))
    var writer = SegmentWriter(description)
    for row in rows { try writer.add(row) }
    return try OpenSegment(SegmentInMemory(writer.finish().bytes))
  }

  /// The log cut into segments, in any order.
  ///
  /// - Parameter cutByName: whether some have names of their own.
  private func segments(
    _ log: Log, _ source: OperationSource, cutByName: Bool = false
  ) throws -> [OpenSegment] {
    var parts: [Log] = Array(repeating: [], count: 1 + source.number(below: 4) + (cutByName ? 3 : 0))
    for entry in log {
      let range = entry.1.operation.name.string.utf8.first.map { Int($0) % 3 } ?? 0
      let part = cutByName && source.number(below: 4) > 0 ? parts.count - 1 - range : source.number(below: parts.count)
      parts[part].append(entry)
    }
    return try parts.enumerated().compactMap { try segment(table($0.element).sorted, UInt64($0.offset)) }
  }

  private func live(_ sources: [any RowSource]) throws -> [RecordName: RecordBody] {
    let records = try LiveRecords(sources)
    var found: [RecordName: RecordBody] = [:]
    var last: RecordName?
    while let record = try records.next() {
      #expect(last.map { $0 < record.id } ?? true)
      found[record.id] = record.body
      last = record.id
    }
    return found
  }

  private func drain(_ rows: CompactedRows) throws -> [Row] {
    var list: [Row] = []
    while let row = try rows.next() { list.append(row) }
    return list
  }

  @Test(arguments: 1...150 as ClosedRange<UInt64>)
  func `segments and pending deltas read together are a dictionary`(seed: UInt64) throws {
    var source = OperationSource(seed: seed)
    let log = (0..<80).map { _ in source.stamped() }
    let sources = try segments(Array(log[..<50]), source).map { SegmentRows($0) as any RowSource }
    let overlay = RowList(ascending: try table(Array(log[50...])).sorted)
    #expect(try live(sources + [overlay]) == replayed(log), "seed \(seed)")
  }

  @Test(arguments: 1...150 as ClosedRange<UInt64>)
  func `rewriting some segments changes no record`(seed: UInt64) throws {
    var source = OperationSource(seed: seed)
    let log = (0..<80).map { _ in source.stamped() }
    let all = try segments(log, source)
    let cut = source.number(below: all.count + 1)
    guard cut > 0 else { return }
    let rule = CompactedRows.Rule(horizon: HybridClock(.max), beside: all[cut...].map(\.index.totals))
    let merged = try drain(CompactedRows(all[..<cut].map { SegmentRows($0) }, rule: rule))
    let rest = all[cut...].map { SegmentRows($0) as any RowSource }
    #expect(try live(rest + [RowList(ascending: merged)]) == replayed(log), "seed \(seed)")
  }

  @Test(arguments: 1...300 as ClosedRange<UInt64>)
  func `giving up what is older than the horizon changes no record, now or later`(seed: UInt64) throws {
    var source = OperationSource(seed: seed)
    let log = (0..<80).map { _ in source.stamped() }
    let clocks = log.map(\.1.clock).sorted()
    let horizon = clocks[source.number(below: clocks.count)]
    let old = log.filter { $0.1.clock <= horizon }
    let young = log.filter { $0.1.clock > horizon }.shuffled(by: source)
    let early = Array(young.prefix(source.number(below: young.count + 1)))
    let rule = CompactedRows.Rule(horizon: horizon)
    let sources = try segments(old + early, source).map { SegmentRows($0) }
    let kept = try drain(CompactedRows(sources, rule: rule))
    #expect(try live([RowList(ascending: kept)]) == replayed(old + early), "seed \(seed)")
    let later = RowList(ascending: try table(young).sorted)
    #expect(try live([RowList(ascending: kept), later]) == replayed(log), "seed \(seed)")
    for row in kept { #expect(row.record != nil || !row.stamps.allSatisfy { $0.clock <= horizon }, "seed \(seed)") }
  }

  @Test(arguments: 1...300 as ClosedRange<UInt64>)
  func `giving up beside segments that are kept changes no record, now or later`(seed: UInt64) throws {
    var source = OperationSource(seed: seed)
    let log = (0..<60).map { _ in source.stamped() }
    let clocks = log.map(\.1.clock).sorted()
    let horizon = clocks[source.number(below: clocks.count)]
    let young = log.filter { $0.1.clock > horizon }
    let early = Array(young.shuffled(by: source).prefix(source.number(below: young.count + 1)))
    // Few names in each, so that some are spanned by no other.
    let all = try segments(log.filter { $0.1.clock <= horizon } + early, source, cutByName: true)
    let merged = all.filter { _ in source.number(below: 2) == 0 }
    guard !merged.isEmpty else { return }
    let kept = all.filter { one in !merged.contains { $0.index.header.name == one.index.header.name } }
    let rows = try CompactedRows(
      merged.map { SegmentRows($0) },
      rule: CompactedRows.Rule(horizon: horizon, beside: kept.map(\.index.totals)))
    let outcome = try drain(rows)
    func sources() -> [any RowSource] { kept.map { SegmentRows($0) } + [RowList(ascending: outcome)] }
    #expect(rows.greatestGivenUp <= horizon)
    #expect(try live(sources()) == replayed(log.filter { $0.1.clock <= horizon } + early), "seed \(seed)")
    let later = RowList(ascending: try table(young).sorted)
    #expect(try live(sources() + [later]) == replayed(log), "seed \(seed)")
  }

  @Test func `a change is not folded under the older change of a prefix that is kept`() throws {
    let alpha = OperationSource.producers[0]
    func fields(_ value: Int64, _ key: UTF8Text = "k") -> MetadataFields {
      MetadataFields([MetadataField(key: key, value: .integer(value))])!
    }
    let (id, prefix) = (RecordName("ab")!, RecordName("a")!)
    let operations: [RecordOperation] = [
      .upsert(id, RecordBody(floats: [0, 0, 0, 0])), .patchPrefix(prefix, fields(1)), .patch(id, fields(2)),
      .patchPrefix(prefix, fields(3, "other")),
    ]
    let log = operations.enumerated().map { number, operation in
      (alpha, StampedOperation(clock: HybridClock(UInt64(number + 1)), operation: operation))
    }
    let rule = CompactedRows.Rule(horizon: HybridClock(3))
    let kept = try drain(CompactedRows([RowList(ascending: try table(log).sorted)], rule: rule))
    #expect(try live([RowList(ascending: kept)])[id]?.metadata["k"] == .integer(2))
  }

  @Test func `rows that do not ascend are refused, not merged wrongly`() throws {
    let operation = StampedOperation(clock: HybridClock(1), operation: .delete(RecordName("a")!))
    let row = Row(operation, by: OperationSource.producers[0])
    final class Twice: RowSource {
      var rows: [Row]
      init(_ row: Row) { rows = [row, row] }
      func next() -> Row? { rows.popLast() }
    }
    let merge = try RecordMerge([Twice(row)])
    #expect(throws: FormatError.self) { try merge.next() }
  }

  @Test func `an operation that changes nothing counts as superseded`() throws {
    let (alpha, name) = (OperationSource.producers[0], RecordName("a")!)
    var table = RowTable()
    let young = StampedOperation(clock: HybridClock(9), operation: .delete(name))
    let old = StampedOperation(clock: HybridClock(2), operation: .upsert(name, RecordBody(floats: [1])))
    try table.absorb(young, by: alpha, from: 0)
    try table.absorb(old, by: alpha, from: 1)
    try table.absorb(young, by: alpha, from: 2)
    #expect(table.superseded == [1: 1, 2: 1] && table.contributions(to: RowKey(name)) == [0: 1])
  }

  @Test func `a row with more changes than it may have is refused`() throws {
    let (alpha, name) = (OperationSource.producers[0], RecordName("a")!)
    var table = RowTable()
    #expect(throws: RowTable.Refusal.tooManyChanges) {
      for number in 0...5 as ClosedRange<UInt64> {
        let fields = (0..<1_000).map { MetadataField(key: UTF8Text("\(number)-\($0)"), value: nil) }
        let patch = RecordOperation.patch(name, MetadataFields(fields)!)
        try table.absorb(StampedOperation(clock: HybridClock(number), operation: patch), by: alpha)
      }
    }
    #expect(table[RowKey(name)]?.changes.count == 4_000)
  }
}
