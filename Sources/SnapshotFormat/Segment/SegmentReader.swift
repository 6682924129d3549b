internal import Primitives

/// Reads rows straight from a segment's bytes, mapped or not (formats/segment.md §3).
///
/// Every offset is checked before it is used; what a row says is checked when it is read. Nothing else is touched: a
/// look-up by id reads as many names as it takes to halve the rows.
package struct SegmentReader: ~Escapable {
  package let index: SegmentIndex
  let bytes: RawSpan

  /// Opens a segment.
  @_lifetime(copy bytes)
  package init(_ bytes: RawSpan) throws(FormatError) {
    index = try SegmentIndex(bytes)
    self.bytes = bytes
  }

  /// Reads on with what was found when the same bytes were opened.
  @_lifetime(copy bytes)
  package init(_ bytes: RawSpan, opened index: SegmentIndex) throws(FormatError) {
    guard bytes.byteCount == index.byteCount else { throw .truncated("segment", at: bytes.byteCount) }
    self.index = index
    self.bytes = bytes
  }

  package var rowCount: Int { index.rowCount }

  /// The bytes of a row in a column with offsets.
  @_lifetime(copy self)
  func cell(_ column: SegmentColumn, _ row: Int) throws(FormatError) -> RawSpan {
    let place = index.footer[column]
    let start = place.offset + 4 * row
    guard row >= 0, row < rowCount, let from = bytes.word(at: start, as: UInt32.self),
      let to = bytes.word(at: start + 4, as: UInt32.self)
    else { throw .damaged("segment", "no row \(row)") }
    let base = place.offset + 4 * (rowCount + 1)
    guard from <= to, Int(to) <= place.byteCount - 4 * (rowCount + 1),
      let cell = bytes.slice(base + Int(from), base + Int(to))
    else { throw .damaged("segment \(column)", "the offsets of row \(row) do not ascend", at: start) }
    return cell
  }

  func entry(_ row: Int) throws(FormatError) -> SegmentRowEntry {
    let start = index.footer[.rows].offset + row * SegmentRowEntry.byteCount
    guard row >= 0, row < rowCount, let part = bytes.slice(start, start + SegmentRowEntry.byteCount) else {
      throw .damaged("segment", "no row \(row)")
    }
    var input = ByteReader(part, of: "segment row")
    return try SegmentRowEntry(from: &input)
  }

  /// What row `row` is about.
  package func key(_ row: Int) throws(FormatError) -> RowKey {
    guard let text = UTF8Text(validating: Array(copying: try cell(.names, row))), let name = RecordName(text) else {
      throw .damaged("segment names", "row \(row) has no name")
    }
    return RowKey(name, isPrefix: try entry(row).flags.contains(.prefix))
  }

  /// The vector of a row, or nil for a row without one.
  @_lifetime(copy self)
  package func vector(_ row: Int) throws(FormatError) -> RawSpan? {
    let vectorRow = try entry(row).vectorRow
    guard vectorRow != SegmentRowEntry.noIndex else { return nil }
    let width = index.schema.vectorByteCount
    let start = index.footer[.vectors].offset + Int(vectorRow) * width
    guard Int(vectorRow) < index.header.vectorCount, let vector = bytes.slice(start, start + width) else {
      throw .damaged("segment rows", "row \(row) has vector \(vectorRow)")
    }
    return vector
  }

  /// The elements of a row's vector, where they are, without a copy.
  ///
  /// - Throws: also when the segment's bytes do not begin at a multiple of 4 in memory; mapped ones do.
  @_lifetime(copy self)
  package func floats(_ row: Int) throws(FormatError) -> Span<Float>? {
    guard let vector = try vector(row) else { return nil }
    return try SegmentReader.floats(vector)
  }
}
