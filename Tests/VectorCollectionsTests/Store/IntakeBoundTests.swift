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
    #expect(result.held.map(\.reference.sequence) == [5, 6, 7, 8] && result.held.allSatisfy { $0.summary == nil })
    #expect(result.held.dropFirst().allSatisfy { $0.cause == .behind })
    #expect(result.held.first?.reason.contains("no more can be") == true)
    try test.append([record("b")], by: producer)
    let next = try test.vectors.compact()
    #expect(next.row?.recordCount == 2 && next.quarantined.isEmpty && next.held.count == 4)
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

  @Test func `a compaction takes the first of more deltas than are listed, until a reader can take the rest`() throws {
    let test = try TestVectors { $0.log.listedCountMax = 3 }
    for number in 0..<8 { try test.append([record("\(number)")], by: ProducerName(number < 5 ? "p" : "q")!) }
    #expect(throws: StoreError.self) { try test.vectors.readerWithPending() }
    #expect(throws: StoreError.self) { try test.vectors.reconcile() }
    var taken: [String] = []
    for isLast in [false, false, true] {
      let result = try test.vectors.compact()
      #expect(result.leavesDeltas == !isLast)
      taken += result.deltas.map { "\($0.producer)\($0.sequence)" }
    }
    #expect(taken == ["p1", "p2", "p3", "p4", "p5", "q1", "q2", "q3"])
    #expect(try test.records(try test.vectors.readerWithPending()).count == 8)
    #expect(try test.vectors.reconcile().reconciles)
  }

  @Test func `of a record that one delta changes again and again, one state before is remembered`() throws {
    var table = RowTable()
    let name = RecordName("a")!
    try table.attempt(0) { (table) throws(RowTable.Refusal) in
      for number in 1...400 as ClosedRange<UInt64> {
        let fields = MetadataFields([MetadataField(key: UTF8Text("\(number)"), value: .integer(1))])!
        let patch = StampedOperation(clock: HybridClock(number), operation: .patch(name, fields))
        try table.absorb(patch, by: producer)
      }
      #expect(table.rememberedCount == 1)
    }
    #expect(table.rememberedCount == 0 && table[RowKey(name)]?.changes.count == 400)
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
