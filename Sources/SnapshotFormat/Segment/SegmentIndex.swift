package import Primitives

/// What the two ends of a segment say, and its producers: all but the columns that go by row.
///
/// Every column lies within the segment's bytes, where the layout says it must. Opening costs the header, the footer
/// and the producers.
package final class SegmentIndex: Sendable {
  package static let byteCountMax = 1 << 30
  /// What footer and seal have at most.
  package static let tailByteCountMax = 272 + 2 * (2 + RecordName.byteCountMax) + 8 + SealedObject.sealByteCount

  package let header: SegmentHeader
  package let footer: SegmentFooter
  /// The digest that the seal states; `SegmentReader.verify` checks it.
  package let digest: Digest
  package let byteCount: Int
  /// By number; none before they were read.
  package let producers: [ProducerName]
  private let places: InlineArray<9, SegmentColumnPlace>

  /// Opens a segment whose bytes are all there.
  package convenience init(_ bytes: RawSpan) throws(FormatError) {
    let header = try SegmentHeader(from: bytes)
    guard let tail = bytes.slice(header.footerOffset, bytes.byteCount) else {
      throw .truncated("segment", at: bytes.byteCount)
    }
    let ends = try SegmentIndex(header, tail: tail, byteCount: bytes.byteCount)
    self.init(ends, producers: try SegmentReader(bytes, opened: ends).readProducers())
  }

  /// The same, with producers that were read.
  package init(_ ends: SegmentIndex, producers: [ProducerName]) {
    header = ends.header
    footer = ends.footer
    digest = ends.digest
    byteCount = ends.byteCount
    places = ends.places
    self.producers = producers
  }

  /// Opens a segment by its ends: the header, and what stands from `tailRange` on.
  package init(_ header: SegmentHeader, tail: RawSpan, byteCount: Int) throws(FormatError) {
    let range = try SegmentIndex.tailRange(header, byteCount: byteCount)
    guard tail.byteCount == range.count else { throw .truncated("segment", at: range.lowerBound + tail.byteCount) }
    self.header = header
    self.byteCount = byteCount
    let sealOffset = tail.byteCount - SealedObject.sealByteCount
    footer = try SegmentFooter(from: tail.extracting(0..<sealOffset))
    digest = try SegmentIndex.seal(tail.extracting(sealOffset..<tail.byteCount))
    producers = []
    places = InlineArray { [footer] in footer.columns[$0] }
    try SegmentIndex.checkLayout(header, footer)
  }

  /// Where a column stands.
  package subscript(column: SegmentColumn) -> SegmentColumnPlace { places[column.rawValue - 1] }

  /// Where footer and seal stand.
  package static func tailRange(_ header: SegmentHeader, byteCount: Int) throws(FormatError) -> Range<Int> {
    guard byteCount <= byteCountMax else {
      throw .beyondLimit("segment", "\(byteCount) bytes where \(byteCountMax) are allowed")
    }
    guard header.footerOffset <= byteCount - SealedObject.sealByteCount else {
      throw .truncated("segment", at: byteCount)
    }
    guard byteCount - header.footerOffset <= tailByteCountMax else {
      throw .damaged("segment header", "the footer is out of place")
    }
    return header.footerOffset..<byteCount
  }

  package var schema: VectorSchema { header.schema }
  package var rowCount: Int { header.rowCount }
  package var totals: SegmentTotals { footer.totals }
  /// Whether a row has changes: whether anything follows the offsets of that column.
  package var hasChanges: Bool { self[.changes].byteCount > 4 * (rowCount + 1) }

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
}
