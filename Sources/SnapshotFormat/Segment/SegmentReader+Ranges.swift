internal import Primitives

/// Where in the segment rows stand: what to fetch before they are read, where fetching costs.
extension SegmentReader {
  /// What has to be read to know where the cells of rows stand.
  package func offsetRanges(_ rows: Range<Int>) -> [Range<Int>] {
    SegmentColumn.allCases.compactMap { column in
      let start = index[column].offset
      if column.hasOffsets { return start + 4 * rows.lowerBound..<start + 4 * (rows.upperBound + 1) }
      guard column == .rows else { return nil }
      let width = SegmentRowEntry.byteCount
      return start + width * rows.lowerBound..<start + width * rows.upperBound
    }
  }

  /// The bytes of rows in all other columns; reads what `offsetRanges` gives.
  package func cellRanges(_ rows: Range<Int>) throws(FormatError) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    for column in SegmentColumn.allCases where column.hasOffsets {
      let base = index[column].offset + 4 * (rowCount + 1)
      let start = base + (try cellOffset(column, rows.lowerBound))
      let end = base + (try cellOffset(column, rows.upperBound))
      if start < end, end <= index[column].range.upperBound { ranges.append(start..<end) }
    }
    if let vectors = try vectorRange(rows) { ranges.append(vectors) }
    return ranges
  }

  private func cellOffset(_ column: SegmentColumn, _ row: Int) throws(FormatError) -> Int {
    let start = index[column].offset + 4 * row
    guard (0...rowCount).contains(row), let offset = try part(start, start + 4)?.word(at: 0, as: UInt32.self) else {
      throw .damaged("segment", "no row \(row)")
    }
    return Int(offset)
  }

  /// The vectors of rows; nil where none has one.
  private func vectorRange(_ rows: Range<Int>) throws(FormatError) -> Range<Int>? {
    guard vectorCount > 0, let first = try vectorRow(rows), let last = try vectorRow(rows.reversed()), first <= last,
      last < vectorCount
    else { return nil }
    let (start, width) = (index[.vectors].offset, index.schema.vectorByteCount)
    return start + first * width..<start + (last + 1) * width
  }

  private func vectorRow(_ rows: some Sequence<Int>) throws(FormatError) -> Int? {
    for row in rows {
      let vectorRow = try entry(row).vectorRow
      if vectorRow != SegmentRowEntry.noIndex { return Int(vectorRow) }
    }
    return nil
  }
}
