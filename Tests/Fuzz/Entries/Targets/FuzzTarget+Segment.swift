import Primitives
import SnapshotFormat

/// Segments (formats/segment.md): opened, looked up, read row by row, verified.
///
/// An input may leave out the zeros before the vectors, which are most of a small segment's bytes.
extension FuzzTarget {
  static var segment: FuzzTarget {
    FuzzTarget(mends: [
      { $0.mendSegment() }
    ]) {
      try [(0, 2), (0, 9), (3, 9)].map { dimension, count in
        squeezed(try written(try rows(dimension: dimension, count: count), dimension: dimension))
      }
    } check: { bytes in
      _ = SegmentHeader.chunkByteCount(firstBytes: bytes.rawSpan)
      let reader = try SegmentReader(bytes.rawSpan)
      try readCarelessly(reader)
      try reader.verify()
      try writeAgain(reader)
    }
  }

  /// What reading may meet before anybody verified.
  private static func readCarelessly(_ reader: borrowing SegmentReader) throws {
    for row in 0..<min(reader.rowCount, 64) {
      _ = try? reader.row(row).visible
      if let floats = try? reader.floats(row) {
        try FuzzFinding.unless(floats.count == reader.index.schema.dimension, "a vector of \(floats.count) elements")
      }
    }
    for text in ["a", "abc", "b#1", "\u{10FFFF}"] {
      let name = try Samples.known(RecordName(text))
      _ = try? reader.find(RowKey(name))
      _ = try? reader.find(RowKey(name, isPrefix: true))
      _ = try? reader.prefixes(covering: name)
      _ = try? reader.rows(under: name)
    }
  }

  /// What was verified can be written, and says the same.
  private static func writeAgain(_ reader: borrowing SegmentReader) throws {
    var description = SegmentWriter.Description(
      schema: reader.index.schema, name: reader.index.header.name, generation: reader.index.header.generation,
      created: reader.index.header.created)
    (description.origins, description.past) = try reader.readOrigins()
    description.dead = try reader.dead()
    let rows = try FuzzFinding.unlessDone("a verified row is read") { try allRows(reader) }
    var writer = SegmentWriter(description)
    for row in rows { try writer.add(row) }
    let bytes = writer.finish().bytes
    let again = try FuzzFinding.unlessDone("a segment is read again") {
      let reader = try SegmentReader(bytes.rawSpan)
      try reader.verify()
      return (try allRows(reader), try reader.readOrigins(), try reader.dead())
    }
    try FuzzFinding.unless(
      again.0 == rows && again.1 == (description.origins, description.past) && again.2 == description.dead,
      "a segment written again differs")
  }

  private static func allRows(_ reader: borrowing SegmentReader) throws(FormatError) -> [Row] {
    var rows: [Row] = []
    for row in 0..<reader.rowCount { rows.append(try reader.row(row)) }
    return rows
  }

  private static func written(_ rows: [Row], dimension: Int) throws -> [UInt8] {
    var description = SegmentWriter.Description(
      schema: VectorSchema(dimension: dimension), name: Samples.name(5), generation: 3, created: Samples.time)
    description.origins = [
      SegmentOrigin(
        producer: try Samples.producer("gamma"), sequence: 1, digest: .of([1]), run: "r", expected: 5, applied: 3,
        superseded: 1, clocks: HybridClock(3)...HybridClock(9))
    ]
    description.dead = [SegmentDeadCount(segment: Samples.name(6), rows: 3)]
    var writer = SegmentWriter(description)
    for row in rows { try writer.add(row) }
    return writer.finish().bytes
  }

  /// Rows of each kind, nested prefixes among them.
  private static func rows(dimension: Int, count: Int) throws -> [Row] {
    let producer = try Samples.producer("alpha")
    let changes = try Samples.known(
      MetadataFields([MetadataField(key: "k", value: .string("v")), MetadataField(key: "x", value: nil)]))
    let metadata = try Samples.known(MetadataFields([MetadataField(key: "k", value: .integer(3))]))
    let body = RecordBody(
      floats: (0..<dimension).map { Float($0) }, document: "TOTAL", metadata: metadata)
    let names = try ["a", "ab", "abc", "abd", "b", "b#1", "b#2", "c", "d"].map { try Samples.known(RecordName($0)) }
    let operations: [RecordOperation] = [
      .deletePrefix(names[0]), .patchPrefix(names[1], changes), .upsert(names[2], body), .patch(names[3], changes),
      .deletePrefix(names[4]), .upsert(names[5], body), .delete(names[6]), .upsert(names[7], body), .delete(names[8]),
    ]
    var rows = operations.prefix(count).enumerated().map {
      Row(StampedOperation(clock: HybridClock(UInt64(5 + $0.offset)), operation: $0.element), by: producer)
    }
    if count > 2 {
      let later = StampedOperation(clock: HybridClock(50), operation: .patch(names[2], changes))
      rows[2].join(Row(later, by: try Samples.producer("beta")))
    }
    return rows
  }

  /// Without the zeros right before the vectors.
  private static func squeezed(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.number(at: SegmentPlaces.vectorCount, as: UInt32.self) ?? 0 > 0,
      let vectors = bytes.number(at: SegmentPlaces.vectorsOffset, as: UInt64.self), vectors <= bytes.count
    else { return bytes }
    let front = vectors - bytes[..<vectors].reversed().prefix { $0 == 0 }.count
    return Array(bytes[..<front] + bytes[vectors...])
  }
}

/// Where fields stand (formats/segment.md §1 and §6).
private enum SegmentPlaces {
  static let name = 112
  static let vectorCount = 140
  static let vectorsOffset = 144
  static let footerOffset = 152
  static let headerCRC = 252
  static let zerosMax = 256 << 10
}

extension Array where Element == UInt8 {
  /// Zeros before the vectors, checksums of header, columns and footer; then the seal.
  package mutating func mendSegment() {
    mendPreamble()
    putCRC(of: Preamble.byteCount, SegmentPlaces.headerCRC, at: SegmentPlaces.headerCRC)
    unsqueezeSegment()
    guard let footer = number(at: SegmentPlaces.footerOffset, as: UInt64.self) else { return }
    let end = count - SealedObject.sealByteCount
    guard footer <= end else { return }
    for row in 0..<SegmentColumn.allCases.count {
      let place = footer + 8 + row * 24
      guard let offset = number(at: place, as: UInt64.self), let byteCount = number(at: place + 8, as: UInt64.self),
        offset <= count, byteCount <= count
      else { return }
      putCRC(of: offset, offset + byteCount, at: place + 16)
    }
    put(UInt32(end - footer), at: end - 8)
    putCRC(of: footer, end - 4, at: end - 4)
    if let key = segmentKey { mendSeal(named: key) }
  }

  private var segmentKey: ObjectKey? {
    var input = ByteReader(rawSpan, of: "segment")
    guard (try? input.span(SegmentPlaces.name)) != nil, let name = try? input.uniqueName() else { return nil }
    return ObjectKey(listed: SegmentIndex.path(of: name))
  }

  /// Puts as many zeros before the vectors as the header says are missing.
  private mutating func unsqueezeSegment() {
    guard let vectors = number(at: SegmentPlaces.vectorsOffset, as: UInt64.self),
      let footer = number(at: SegmentPlaces.footerOffset, as: UInt64.self), footer <= 1 << 24, vectors <= footer,
      let footerByteCount = number(at: count - SealedObject.sealByteCount - 8, as: UInt32.self),
      footerByteCount <= count
    else { return }
    let missing = footer + footerByteCount + SealedObject.sealByteCount - count
    guard missing > 0, missing <= SegmentPlaces.zerosMax, (0...count).contains(vectors - missing) else { return }
    insert(contentsOf: repeatElement(0, count: missing), at: vectors - missing)
  }
}
