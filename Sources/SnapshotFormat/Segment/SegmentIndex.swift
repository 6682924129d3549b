package import Primitives

/// What is known of a segment once it is opened: all but its rows.
///
/// - Every column lies within the bytes it was opened on, where the layout says it must.
/// - Opening costs the header, the footer, producers, origins and dead counts; no column of rows is read.
package struct SegmentIndex: Sendable {
  package static let byteCountMax = 1 << 30

  package let header: SegmentHeader
  package let footer: SegmentFooter
  package let producers: [ProducerName]
  package let origins: [SegmentOrigin]
  package let dead: [SegmentDeadCount]
  /// The digest that the seal states; `SegmentReader.verify` checks it.
  package let digest: Digest
  package let byteCount: Int

  package init(_ bytes: RawSpan) throws(FormatError) {
    guard bytes.byteCount <= SegmentIndex.byteCountMax else {
      throw .beyondLimit("segment", "\(bytes.byteCount) bytes where \(SegmentIndex.byteCountMax) are allowed")
    }
    header = try SegmentHeader(from: bytes)
    byteCount = bytes.byteCount
    let sealOffset = bytes.byteCount - SealedObject.sealByteCount
    guard let end = bytes.slice(header.footerOffset, sealOffset) else {
      throw .truncated("segment", at: bytes.byteCount)
    }
    footer = try SegmentFooter(from: end)
    digest = try SegmentIndex.seal(bytes.extracting(sealOffset..<bytes.byteCount))
    try SegmentIndex.checkLayout(header, footer)
    producers = try SegmentIndex.producers(try SegmentIndex.checked(.producers, footer, bytes))
    origins = try SegmentIndex.origins(try SegmentIndex.checked(.origins, footer, bytes), producers: producers)
    dead = try SegmentIndex.dead(try SegmentIndex.checked(.dead, footer, bytes))
  }

  package var schema: VectorSchema { header.schema }
  package var rowCount: Int { header.rowCount }
  package var totals: SegmentTotals { footer.totals }

  /// The path of a segment in its snapshot, which its seal covers.
  package static func path(of name: UniqueName) -> String { "segments/\(name.hex)" }

  static func key(of name: UniqueName) -> ObjectKey {
    guard let key = ObjectKey(listed: path(of: name)) else { preconditionFailure("a path of hex digits is a key") }
    return key
  }
}

extension SegmentIndex {
  private static func seal(_ bytes: RawSpan) throws(FormatError) -> Digest {
    var input = ByteReader(bytes, of: "segment seal")
    let digest = try input.digest()
    guard try input.integer(UInt16.self) == 0 else { throw input.damaged("a signature where none is declared") }
    try input.finish()
    return digest
  }

  /// Refuses any layout but the one of formats/segment.md §6: columns in order, each right behind the one before.
  private static func checkLayout(_ header: SegmentHeader, _ footer: SegmentFooter) throws(FormatError) {
    var end = SegmentHeader.endOffset
    for column in SegmentColumn.allCases where column != .vectors {
      guard footer[column].offset == end.roundedUp(to: 64) else {
        throw .damaged("segment footer", "column \(column) is out of place")
      }
      end = footer[column].range.upperBound
    }
    let vectors = footer[.vectors]
    let boundary = header.vectorCount > 0 ? header.schema.chunkByteCount : 64
    guard vectors.offset == end.roundedUp(to: boundary), vectors.offset == header.vectorsOffset,
      vectors.byteCount == header.vectorCount * header.schema.vectorByteCount,
      vectors.range.upperBound.roundedUp(to: 64) == header.footerOffset
    else { throw .damaged("segment footer", "the vectors are out of place") }
    guard footer[.rows].byteCount == header.rowCount * SegmentRowEntry.byteCount else {
      throw .damaged("segment footer", "\(footer[.rows].byteCount) bytes for \(header.rowCount) rows")
    }
    for column in SegmentColumn.allCases where column.hasOffsets {
      guard footer[column].byteCount >= (header.rowCount + 1) * 4 else {
        throw .damaged("segment footer", "column \(column) is too short for its offsets")
      }
    }
  }

  @_lifetime(copy bytes)
  private static func checked(_ column: SegmentColumn, _ footer: SegmentFooter, _ bytes: RawSpan) throws(FormatError)
    -> RawSpan
  {
    guard let part = bytes.slice(footer[column].offset, footer[column].range.upperBound) else {
      throw .truncated("segment", at: bytes.byteCount)
    }
    guard CRC32C.of(part) == footer[column].crc else {
      throw .damaged("segment", "the checksum of column \(column) differs", at: footer[column].offset)
    }
    return part
  }

  private static func producers(_ bytes: RawSpan) throws(FormatError) -> [ProducerName] {
    var input = ByteReader(bytes, of: "segment producers")
    var producers: [ProducerName] = []
    for _ in 0..<(try input.integer(UInt16.self)) {
      guard let producer = ProducerName(try input.string(limit: 64)), producers.last.map({ $0 < producer }) ?? true
      else { throw input.damaged("not the next producer") }
      producers.append(producer)
    }
    try input.finish()
    return producers
  }

  private static func origins(_ bytes: RawSpan, producers: [ProducerName]) throws(FormatError) -> [SegmentOrigin] {
    var input = ByteReader(bytes, of: "segment origins")
    let count = try input.count(UInt32.self, width: 92, limit: SegmentOrigin.countMax)
    var origins: [SegmentOrigin] = []
    origins.reserveCapacity(count)
    for _ in 0..<count {
      let origin = try SegmentOrigin(from: &input, producers: producers)
      if let last = origins.last, !SegmentOrigin.precedes(last, origin) { throw input.damaged("origins do not ascend") }
      origins.append(origin)
    }
    try input.finish()
    return origins
  }

  private static func dead(_ bytes: RawSpan) throws(FormatError) -> [SegmentDeadCount] {
    var input = ByteReader(bytes, of: "segment dead counts")
    let count = try input.count(UInt32.self, width: 20, limit: SegmentDeadCount.countMax)
    var dead: [SegmentDeadCount] = []
    dead.reserveCapacity(count)
    for _ in 0..<count {
      let entry = SegmentDeadCount(segment: try input.uniqueName(), rows: try input.integer())
      if let last = dead.last, !SegmentDeadCount.precedes(last, entry) {
        throw input.damaged("dead counts do not ascend")
      }
      dead.append(entry)
    }
    try input.finish()
    return dead
  }
}
