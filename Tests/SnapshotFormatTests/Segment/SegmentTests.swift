import Primitives
import RecordSamples
import SnapshotFormat
import Testing

/// Rows in ascending order, as the operations of a seed leave them.
func sortedRows(seed: UInt64, operations: Int, dimension: Int = 4) -> [Row] {
  var source = OperationSource(seed: seed, dimension: dimension)
  return rows((0..<operations).map { _ in source.stamped() }).values.sorted { $0.key < $1.key }
}

func segment(_ rows: [Row], dimension: Int = 4, origins: [SegmentOrigin] = [], past: [SegmentRunTotals] = [])
  throws -> [UInt8]
{
  var description = SegmentWriter.Description(
    schema: VectorSchema(dimension: dimension), name: UniqueName(high: 7, low: 9), generation: 3,
    created: Timestamp(milliseconds: 5))
  (description.origins, description.past) = (origins, past)
  description.dead = [SegmentDeadCount(segment: UniqueName(high: 1, low: 2), rows: 3)]
  var writer = SegmentWriter(description)
  for row in rows { try writer.add(row) }
  return writer.finish().bytes
}

/// Opens a segment and reads all of it.
func readWhole(_ bytes: [UInt8]) throws -> [Row] {
  let reader = try SegmentReader(bytes.rawSpan)
  try reader.verify()
  var rows: [Row] = []
  for row in 0..<reader.rowCount { rows.append(try reader.row(row)) }
  return rows
}

/// Does everything that reading can do with bytes that may be anything; must not trap.
func readCarelessly(_ bytes: [UInt8]) throws {
  let reader = try SegmentReader(bytes.rawSpan)
  for row in 0..<min(reader.rowCount, 64) { _ = try? reader.row(row) }
  for text in OperationSource.names {
    let name = RecordName(text)!
    _ = try? reader.find(RowKey(name))
    _ = try? reader.prefixes(covering: name)
    _ = try? reader.rows(under: name)
  }
  try reader.verify()
}

/// formats/segment.md
struct SegmentTests {
  @Test func `every flipped bit of a segment is refused when it is read whole`() throws {
    let rows = sortedRows(seed: 1, operations: 8, dimension: 0)
    var bytes = try segment(rows, dimension: 0)
    for bit in 0..<bytes.count * 8 {
      bytes[bit / 8] ^= 1 << (bit % 8)
      #expect(throws: FormatError.self, "bit \(bit)") { try readWhole(bytes) }
      bytes[bit / 8] ^= 1 << (bit % 8)
    }
    #expect(try readWhole(bytes) == rows)
  }

  @Test func `a flipped bit in vectors or in the zeros before them is refused when it is read whole`() throws {
    let rows = sortedRows(seed: 1, operations: 8)
    var bytes = try segment(rows)
    for byte in Array(stride(from: 2_000, to: bytes.count, by: 3_001)) + Array(bytes.count - 900..<bytes.count - 400) {
      bytes[byte] ^= 16
      #expect(throws: FormatError.self, "byte \(byte)") { try readWhole(bytes) }
      bytes[byte] ^= 16
    }
    #expect(try readWhole(bytes) == rows)
  }

  @Test func `a segment cut at any length is refused`() throws {
    let bytes = try segment(sortedRows(seed: 2, operations: 8, dimension: 0), dimension: 0)
    for count in bytes.indices {
      #expect(throws: FormatError.self, "cut at \(count)") { try readCarelessly(Array(bytes[..<count])) }
    }
    #expect(throws: FormatError.self) { try readCarelessly(bytes + [0]) }
  }

  /// Only the seal shows damage to a column; reading rows before it was checked must still not trap.
  @Test(arguments: 1...400 as ClosedRange<UInt64>)
  func `rows of a damaged column are refused or read, and never trap`(seed: UInt64) throws {
    let source = OperationSource(seed: seed)
    var bytes = try segment(sortedRows(seed: seed, operations: 25, dimension: 0), dimension: 0)
    for _ in 0..<(1 + source.number(below: 6)) {
      bytes[256 + source.number(below: bytes.count - 700)] = source.pick([0, 1, 2, 0x7F, 0x80, 0xFF])
    }
    #expect((try? readCarelessly(bytes)) == nil || (try? readWhole(bytes)) != nil, "seed \(seed)")
  }

  @Test(arguments: [0, 1, 3, 16, 100], [1, 5, 200])
  func `rows come back bit for bit, whatever the dimension`(dimension: Int, operations: Int) throws {
    let rows = sortedRows(seed: UInt64(dimension + operations), operations: operations, dimension: dimension)
    #expect(try readWhole(try segment(rows, dimension: dimension)) == rows)
  }

  @Test func `an id is found, and one that is not there is not`() throws {
    let rows = (0..<1_000).map { number in
      let name = RecordName("id-\(String(10_000 + number * 2))")!
      let operation = StampedOperation(
        clock: HybridClock(1), operation: .upsert(name, RecordBody(floats: [Float(number)])))
      return Row(operation, by: OperationSource.producers[1])
    }
    let bytes = try segment(rows, dimension: 1)
    let reader = try SegmentReader(bytes.rawSpan)
    for number in 0..<1_000 {
      #expect(try reader.find(RowKey(RecordName("id-\(10_000 + number * 2)")!)) == number)
      #expect(try reader.find(RowKey(RecordName("id-\(10_001 + number * 2)")!)) == nil)
    }
    let floats = try reader.floats(321)!
    #expect(floats.count == 1 && floats[0] == 321)
    #expect(try reader.rows(under: RecordName("id-100")!) == 0..<50)
    #expect(try reader.rows(under: RecordName("zzz")!).isEmpty)
  }

  @Test(arguments: 1...100 as ClosedRange<UInt64>)
  func `the prefixes that cover an id are found, whether or not the id is there`(seed: UInt64) throws {
    let rows = sortedRows(seed: seed, operations: 40)
    let bytes = try segment(rows)
    let reader = try SegmentReader(bytes.rawSpan)
    for text in OperationSource.names + ["abcde", "abce", "zz", "0", "b0"] {
      let key = RowKey(RecordName(text)!)
      let expected = rows.indices.filter { rows[$0].key.covers(key) }
      #expect(try reader.prefixes(covering: key.name).reversed() == expected, "\(text), seed \(seed)")
    }
  }

  @Test func `origins and dead counts come back, in order`() throws {
    let clocks = HybridClock(3)...HybridClock(9)
    let origins = [2, 1].map { number in
      SegmentOrigin(
        producer: OperationSource.producers[2], sequence: number, digest: Digest.of([UInt8(number)]), run: "r",
        expected: 5, applied: 3, superseded: 1, clocks: clocks)
    }
    let bytes = try segment(sortedRows(seed: 1, operations: 4), origins: origins)
    let reader = try SegmentReader(bytes.rawSpan)
    let found = try reader.origins()
    #expect(found == origins.reversed())
    #expect(try reader.dead() == [SegmentDeadCount(segment: UniqueName(high: 1, low: 2), rows: 3)])
    #expect(found[0].made(Stamp(clock: HybridClock(9), producer: OperationSource.producers[2])))
    #expect(!found[0].made(Stamp(clock: HybridClock(9), producer: OperationSource.producers[0])))
  }
}

/// formats/segment.md §4
struct SegmentOriginTests {
  /// One delta of each number, of a producer whose name says the contrary of its age.
  private func origins(_ name: String, _ numbers: ClosedRange<UInt64>, from clock: UInt64) -> [SegmentOrigin] {
    numbers.map { number in
      let clock = HybridClock(clock + number)
      return SegmentOrigin(
        producer: ProducerName(name)!, sequence: number, digest: .zero, run: name, expected: 9, applied: 2,
        superseded: 1, clocks: clock...clock)
    }
  }

  @Test func `above the limit the oldest fall away, whoever's they are, and are kept by run`() throws {
    let limit = UInt64(SegmentOrigin.countMax)
    let all = origins("new", 1...100, from: 1_000_000) + origins("old", 1...limit, from: 0)
    let before = SegmentRunTotals(
      run: "old", expected: 50, applied: 7, superseded: 0, greatestClock: HybridClock(1))
    let bytes = try segment(sortedRows(seed: 1, operations: 4), origins: all, past: [before])
    let reader = try SegmentReader(bytes.rawSpan)
    try reader.verify()
    let (listed, past) = try reader.readOrigins()
    #expect(listed.count == SegmentOrigin.countMax && listed.filter { $0.run == "new" }.count == 100)
    #expect(listed.filter { $0.run == "old" }.map(\.sequence) == Array(101...limit))
    let sum = SegmentRunTotals(
      run: "old", expected: 50, applied: 207, superseded: 100, greatestClock: HybridClock(100))
    #expect(past == [sum])
  }

  @Test func `sums by run are announced by a feature bit, and are read also where it is not set`() throws {
    let sum = SegmentRunTotals(run: "r", expected: 3, applied: 2, superseded: 1, greatestClock: HybridClock(4))
    var bytes = try segment(sortedRows(seed: 1, operations: 4), past: [sum])
    let plain = try segment(sortedRows(seed: 1, operations: 4))
    #expect(bytes[12] == 1 && plain[12] == 0)
    bytes[12] = 0
    var checksum = ByteWriter()
    checksum.integer(CRC32C.of(Array(bytes[..<92])))
    bytes.replaceSubrange(92..<96, with: checksum.bytes)
    #expect(try SegmentReader(bytes.rawSpan).readOrigins().past == [sum])
  }
}

/// formats/segment.md §2
struct SegmentChunkTests {
  @Test(arguments: [1, 3, 16, 64, 384, 768, 1_000, 1_536, 3_072, 4_095, 65_536])
  func `a chunk holds whole rows and keeps vectors aligned`(dimension: Int) {
    let count = VectorSchema(dimension: dimension).chunkByteCount
    #expect(VectorSchema.chunkByteCounts.contains(count) && count % 64 == 0 && count % (dimension * 4) == 0)
  }

  @Test func `a row that cannot be aligned within the limit falls back to the plain grid`() {
    #expect(VectorSchema(dimension: 65_535).chunkByteCount == 65_536)
    #expect(VectorSchema(dimension: 0).chunkByteCount == 65_536)
    #expect(VectorSchema(dimension: 1_536).chunkByteCount == 67_584)
  }

  @Test func `the first 256 bytes of a segment give its grid, and no others do`() throws {
    let bytes = try segment(sortedRows(seed: 1, operations: 9, dimension: 1_536), dimension: 1_536)
    let head = Array(bytes[..<256])
    #expect(SegmentHeader.chunkByteCount(firstBytes: head.rawSpan) == 67_584)
    #expect(SegmentHeader.chunkByteCount(firstBytes: Array(bytes[..<255]).rawSpan) == nil)
    for bit in 0..<256 * 8 {
      var damaged = head
      damaged[bit / 8] ^= 1 << (bit % 8)
      #expect(SegmentHeader.chunkByteCount(firstBytes: damaged.rawSpan) == nil, "bit \(bit)")
    }
    #expect(try SegmentIndex(bytes.rawSpan).header.vectorsOffset % 67_584 == 0)
  }

  @Test func `pieces given out one by one are the segment`() throws {
    var writer = SegmentWriter(
      SegmentWriter.Description(
        schema: VectorSchema(dimension: 4), name: UniqueName(high: 7, low: 9), generation: 3,
        created: Timestamp(milliseconds: 5)))
    for row in sortedRows(seed: 4, operations: 50) { try writer.add(row) }
    let whole = writer.finish()
    var again = writer
    again.description.generation = 3
    var pieces: [UInt8] = []
    let result = again.finish { pieces += $0 }
    #expect(pieces == whole.bytes && result.digest == whole.digest && result.byteCount == pieces.count)
  }
}
