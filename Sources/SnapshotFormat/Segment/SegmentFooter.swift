internal import Primitives

/// How many rows of which kind, and between what bounds (formats/segment.md §6).
package struct SegmentTotals: Sendable, Equatable {
  package var records: UInt64 = 0
  package var deleted: UInt64 = 0
  package var waiting: UInt64 = 0
  package var prefixes: UInt64 = 0
  package var leastClock: HybridClock
  package var greatestClock: HybridClock
  package var leastName: RecordName
  package var greatestName: RecordName

  init(first row: Row) {
    leastClock = HybridClock(.max)
    greatestClock = .zero
    leastName = row.key.name
    greatestName = row.key.name
  }

  mutating func add(_ row: Row) {
    if row.key.isPrefix { prefixes += 1 }
    if row.record != nil { records += 1 }
    if row.isDeleted, !row.key.isPrefix { deleted += 1 }
    if row.isWaiting { waiting += 1 }
    for stamp in row.stamps {
      leastClock = min(leastClock, stamp.clock)
      greatestClock = max(greatestClock, stamp.clock)
    }
    greatestName = max(greatestName, row.key.name)
  }
}

extension SegmentTotals {
  /// Whether there may be a row of this name.
  package func mayHold(_ name: RecordName) -> Bool { leastName <= name && name <= greatestName }

  /// Whether a row may say something of an id: its own, or that of a prefix, which may be less than all ids it covers.
  package func mayCover(_ id: RecordName) -> Bool { leastName <= id && (id <= greatestName || prefixes > 0) }

  /// Whether a row may say something of an id that begins with `prefix`.
  package func mayCover(idsUnder prefix: RecordName) -> Bool { leastName.hasPrefix(prefix) || mayCover(prefix) }
}

/// The end of a segment before its seal (formats/segment.md §6).
package struct SegmentFooter: Sendable, Equatable {
  static let magic: UInt32 = 0x5446_5353

  package let columns: [SegmentColumnPlace]
  package let totals: SegmentTotals

  init(columns: [SegmentColumnPlace], totals: SegmentTotals) {
    self.columns = columns
    self.totals = totals
  }

  package subscript(column: SegmentColumn) -> SegmentColumnPlace { columns[column.rawValue - 1] }

  func write(to output: inout ByteWriter) {
    let start = output.count
    output.integer(SegmentFooter.magic)
    output.integer(UInt32(columns.count))
    for (place, column) in zip(columns, SegmentColumn.allCases) {
      output.integer(UInt64(place.offset))
      output.integer(UInt64(place.byteCount))
      output.integer(place.crc)
      output.integer(UInt32(column.rawValue))
    }
    for count in [totals.records, totals.deleted, totals.waiting, totals.prefixes] { output.integer(count) }
    output.integer(totals.leastClock.value)
    output.integer(totals.greatestClock.value)
    output.bytes16(totals.leastName.utf8)
    output.bytes16(totals.greatestName.utf8)
    output.integer(UInt32(output.count - start + 8))
    output.crc(from: start)
  }

  /// - Parameter bytes: the footer, and nothing else.
  init(from bytes: RawSpan) throws(FormatError) {
    var input = ByteReader(bytes, of: "segment footer")
    guard try input.integer(UInt32.self) == SegmentFooter.magic else { throw input.damaged("the magic is missing") }
    guard bytes.word(at: bytes.byteCount - 4, as: UInt32.self) == CRC32C.of(bytes.extracting(0..<bytes.byteCount - 4))
    else { throw input.damaged("the checksum differs") }
    guard try input.integer(UInt32.self) == SegmentColumn.allCases.count else {
      throw input.damaged("another number of columns")
    }
    var columns: [SegmentColumnPlace] = []
    for column in SegmentColumn.allCases { columns.append(try SegmentFooter.place(of: column, &input)) }
    self.columns = columns
    totals = try SegmentTotals(from: &input)
    guard try input.integer(UInt32.self) == UInt32(bytes.byteCount) else { throw input.damaged("another byte count") }
    _ = try input.integer(UInt32.self)
    try input.finish()
  }

  private static func place(of column: SegmentColumn, _ input: inout ByteReader) throws(FormatError)
    -> SegmentColumnPlace
  {
    let offset: UInt64 = try input.integer()
    let byteCount: UInt64 = try input.integer()
    let crc: UInt32 = try input.integer()
    guard try input.integer(UInt32.self) == UInt32(column.rawValue) else { throw input.damaged("columns out of order") }
    guard offset <= SegmentIndex.byteCountMax, byteCount <= SegmentIndex.byteCountMax else {
      throw .beyondLimit("segment footer", "column \(column) at \(offset) with \(byteCount) bytes")
    }
    return SegmentColumnPlace(offset: Int(offset), byteCount: Int(byteCount), crc: crc)
  }
}

extension SegmentTotals {
  fileprivate init(from input: inout ByteReader) throws(FormatError) {
    records = try input.integer()
    deleted = try input.integer()
    waiting = try input.integer()
    prefixes = try input.integer()
    leastClock = HybridClock(try input.integer())
    greatestClock = HybridClock(try input.integer())
    leastName = try input.recordName16()
    greatestName = try input.recordName16()
  }
}
