internal import Primitives

/// Gives parts of a segment that does not lie in memory as a whole.
package protocol SegmentParts: AnyObject {
  /// The bytes of a range that lies within the segment.
  ///
  /// What was given must not change, nor go, before `self` does.
  func part(_ range: Range<Int>) throws(FormatError) -> ArraySlice<UInt8>
}

/// Reads rows straight from a segment's bytes, mapped, in memory or had part by part (formats/segment.md §3).
///
/// Every offset is checked before it is used; what a row says is checked when it is read. Nothing else is touched: a
/// look-up by id reads as many names as it takes to halve the rows.
package struct SegmentReader: ~Escapable {
  package let index: SegmentIndex
  /// All bytes, or none where parts are had.
  private let whole: RawSpan
  private let parts: (any SegmentParts)?

  /// Opens a segment whose bytes are all there.
  @_lifetime(copy bytes)
  package init(_ bytes: RawSpan) throws(FormatError) {
    try self.init(bytes, opened: try SegmentIndex(bytes))
  }

  /// Reads on with what was found when the same bytes were opened.
  @_lifetime(copy bytes)
  package init(_ bytes: RawSpan, opened index: SegmentIndex) throws(FormatError) {
    guard bytes.byteCount == index.byteCount else { throw .truncated("segment", at: bytes.byteCount) }
    self.index = index
    whole = bytes
    parts = nil
  }

  /// Reads a segment part by part.
  @_lifetime(borrow parts)
  package init(parts: borrowing any SegmentParts, opened index: SegmentIndex) {
    self.index = index
    whole = RawSpan()
    self.parts = copy parts
  }

  /// The bytes from `start` up to `end`, or nil where the segment does not have them, or they are in the wrong order.
  @_lifetime(copy self)
  func part(_ start: Int, _ end: Int) throws(FormatError) -> RawSpan? {
    guard let parts else { return whole.slice(start, end) }
    guard start >= 0, start <= end, end <= index.byteCount else { return nil }
    let part = try parts.part(start..<end)
    // Safe: `parts` keeps what it gave, and `self` cannot outlive it.
    return unsafe _overrideLifetime(part.rawSpan, copying: self)
  }

  package var rowCount: Int { index.rowCount }

  /// All bytes; nil where parts are had.
  package var bytes: RawSpan? {
    @_lifetime(copy self)
    get { parts == nil ? whole : nil }
  }

  /// The bytes of a row in a column with offsets.
  @_lifetime(copy self)
  func cell(_ column: SegmentColumn, _ row: Int) throws(FormatError) -> RawSpan {
    let place = index[column]
    let start = place.offset + 4 * row
    guard row >= 0, row < rowCount, let offsets = try part(start, start + 8),
      let from = offsets.word(at: 0, as: UInt32.self), let to = offsets.word(at: 4, as: UInt32.self)
    else { throw .damaged("segment", "no row \(row)") }
    let base = place.offset + 4 * (rowCount + 1)
    guard from <= to, Int(to) <= place.byteCount - 4 * (rowCount + 1),
      let cell = try part(base + Int(from), base + Int(to))
    else { throw .damaged("segment \(column)", "the offsets of row \(row) do not ascend", at: start) }
    return cell
  }

  func entry(_ row: Int) throws(FormatError) -> SegmentRowEntry {
    let start = index[.rows].offset + row * SegmentRowEntry.byteCount
    guard row >= 0, row < rowCount, let part = try part(start, start + SegmentRowEntry.byteCount) else {
      throw .damaged("segment", "no row \(row)")
    }
    return try SegmentRowEntry(part)
  }

  /// What row `row` is about.
  package func key(_ row: Int) throws(FormatError) -> RowKey {
    guard let text = UTF8Text(validating: Array(copying: try cell(.names, row))), let name = RecordName(text) else {
      throw .damaged("segment names", "row \(row) has no name")
    }
    return RowKey(name, isPrefix: try entry(row).flags.contains(.prefix))
  }

  /// Whether a row has a record.
  package func isRecord(_ row: Int) throws(FormatError) -> Bool { try entry(row).flags.contains(.body) }

  /// The name of a row, where it lies.
  @_lifetime(copy self)
  package func name(_ row: Int) throws(FormatError) -> RawSpan { try cell(.names, row) }

  package func isPrefix(_ row: Int) throws(FormatError) -> Bool { try entry(row).flags.contains(.prefix) }

  /// The vector of a row, or nil for a row without one.
  @_lifetime(copy self)
  package func vector(_ row: Int) throws(FormatError) -> RawSpan? {
    let vectorRow = try entry(row).vectorRow
    guard vectorRow != SegmentRowEntry.noIndex else { return nil }
    let width = index.schema.vectorByteCount
    let start = index[.vectors].offset + Int(vectorRow) * width
    guard Int(vectorRow) < index.header.vectorCount, let vector = try part(start, start + width) else {
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

  /// The same; no elements for a row without a vector.
  @_lifetime(copy self)
  package func elements(_ row: Int) throws(FormatError) -> Span<Float> {
    guard let floats = try floats(row) else { return Span() }
    return floats
  }
}
