import ObjectTier
import Primitives
import SnapshotFormat
import SnapshotStore
import Testing
import VectorCollections

/// What a compaction takes in, and sets aside, at a time.
struct IntakeBoundTests {
  private let producer = ProducerName("p")!

  private func record(_ id: String, _ body: RecordBody = RecordBody(floats: [1])) -> RecordOperation {
    .upsert(RecordName(id)!, body)
  }

  @Test func `more unusable deltas than a head tells of hold up their lines, and no other`() throws {
    let test = try TestVectors()
    try test.append([record("a")], by: producer)
    let (junk, more) = (ProducerName("junk")!, ProducerName("more")!)
    for sequence in 1...1_020 as ClosedRange<UInt64> {
      _ = try test.origin.create(.delta(test.vectors.collection, junk, sequence: sequence), [1, 2, 3])
    }
    for sequence in 1...8 as ClosedRange<UInt64> {
      _ = try test.origin.create(.delta(test.vectors.collection, more, sequence: sequence), [1, 2, 3])
    }
    let before = test.origin.counters
    let result = try test.vectors.compact()
    let requests = test.origin.counters.requests - before.requests
    #expect(requests < 12 * 1_028, "\(requests) requests for 1,028 unusable deltas")
    #expect(result.row?.version == 1 && result.quarantined.count == Head.quarantineCountMax)
    #expect(result.held.map(\.reference.sequence) == [5] && result.held.first?.summary == nil)
    #expect(result.held.first?.reason.contains("no more can be") == true)
    try test.append([record("b")], by: producer)
    let next = try test.vectors.compact()
    #expect(next.row?.recordCount == 2 && next.quarantined.isEmpty && next.held.map(\.reference.sequence) == [5])
    #expect(try !test.vectors.reconcile().reconciles)
  }

  @Test func `deltas that compress well are taken in as far as memory goes, and the rest by the next ones`() throws {
    let test = try TestVectors { $0.tableByteCountMax = 1 << 20 }
    let document = UTF8Text(String(repeating: "x", count: 200_000))
    for number in 0..<12 {
      let operations = (0..<2).map { record("\(number)-\($0)", RecordBody(floats: [1], document: document)) }
      try test.append(operations, by: ProducerName("p-\(number % 3)")!)
    }
    var taken: [Int] = []
    repeat {
      let result = try test.vectors.compact()
      taken.append(result.deltas.count)
      #expect(Set(result.deltas.map(\.producer)).count == 3, "each producer gets its turn")
      guard result.leavesDeltas else { break }
    } while taken.count < 12
    #expect(taken == [3, 3, 3, 3])
    #expect(try test.records(try test.vectors.readerWithPending()).count == 24)
    #expect(try test.vectors.reconcile().reconciles)
  }

  @Test func `a reader takes in no more rows than it has memory for, however well they compress`() throws {
    let test = try TestVectors { $0.overlayByteCountMax = 1 << 20 }
    let document = UTF8Text(String(repeating: "x", count: 300_000))
    for number in 0..<4 {
      try test.append([record("\(number)", RecordBody(floats: [1], document: document))], by: producer)
    }
    #expect(throws: StoreError.self) { try test.vectors.readerWithPending() }
    _ = try test.vectors.compact()
    #expect(try test.records(try test.vectors.readerWithPending()).count == 4)
  }

  @Test func `of a delta that cannot be taken in whole nothing stays`() throws {
    var table = RowTable()
    let (name, other) = (RecordName("a")!, RecordName("b")!)
    func stamped(_ clock: UInt64, _ operation: RecordOperation) -> StampedOperation {
      StampedOperation(clock: HybridClock(clock), operation: operation)
    }
    try table.absorb(stamped(5, .delete(name)), by: producer, from: 0)
    let before = table
    #expect(throws: RowTable.Refusal.tooManyChanges) {
      try table.attempt(1) { (table) throws(RowTable.Refusal) in
        try table.absorb(stamped(2, .delete(name)), by: producer, from: 1)
        try table.absorb(stamped(6, record("a")), by: producer, from: 1)
        try table.absorb(stamped(7, .delete(other)), by: producer, from: 1)
        throw .tooManyChanges
      }
    }
    #expect(table.sorted == before.sorted)
    #expect(table.byteCount == before.byteCount && table.superseded.isEmpty)
    #expect(table.contributions(to: RowKey(name)) == [0: 1])
  }
}
