internal import Primitives

/// Reading a segment whole, to find what a look-up would only meet by chance.
extension SegmentReader {
  /// Checks seal, column checksums, every row, and what rows say of each other.
  package func verify() throws(FormatError) {
    guard let sealed = try part(0, index.byteCount - SealedObject.sealByteCount) else {
      throw .truncated("segment", at: index.byteCount)
    }
    let actual = SealedObject.digest(of: sealed, named: SegmentIndex.key(of: index.header.name))
    guard actual == index.digest else { throw .mismatch("segment", expected: index.digest, actual: actual) }
    for column in SegmentColumn.allCases {
      _ = try checked(column)
      try verifyPadding(from: index[column].range.upperBound, column)
    }
    _ = try (origins(), dead())
    try verifyOffsets()
    try verifyRows()
  }

  private func verifyPadding(from end: Int, _ column: SegmentColumn) throws(FormatError) {
    let next = column == .vectors ? index.header.footerOffset : index.footer.columns[column.rawValue].offset
    guard let gap = try part(end, next), gap.isZero else {
      throw .damaged("segment", "what follows column \(column) is not zero", at: end)
    }
  }

  /// The first offset is 0, the last the end; that they ascend shows with each row.
  private func verifyOffsets() throws(FormatError) {
    for column in SegmentColumn.allCases where column.hasOffsets {
      let place = index[column]
      let blob = UInt32(place.byteCount - 4 * (rowCount + 1))
      guard let offsets = try part(place.offset, place.offset + 4 * (rowCount + 1)),
        offsets.word(at: 0, as: UInt32.self) == 0, offsets.word(at: 4 * rowCount, as: UInt32.self) == blob
      else { throw .damaged("segment \(column)", "the offsets do not span the column", at: place.offset) }
    }
  }

  private func verifyRows() throws(FormatError) {
    var totals: SegmentTotals?
    var last: RowKey?
    var enclosing: [(row: Int, key: RowKey)] = []
    for number in 0..<rowCount {
      let row = try row(number)
      let entry = try entry(number)
      if let last, last >= row.key { throw .damaged("segment names", "row \(number) is out of order") }
      while let top = enclosing.last, !top.key.covers(row.key) { enclosing.removeLast() }
      let records = totals?.records ?? 0
      let hasVector = row.record != nil && index.schema.dimension > 0
      guard entry.enclosing == (enclosing.last.map { UInt32($0.row) } ?? SegmentRowEntry.noIndex),
        entry.vectorRow == (hasVector ? UInt32(records) : SegmentRowEntry.noIndex)
      else { throw .damaged("segment rows", "row \(number) refers to the wrong row") }
      try verifyCells(number, entry)
      if row.key.isPrefix { enclosing.append((number, row.key)) }
      totals = totals ?? SegmentTotals(first: row)
      totals?.add(row)
      last = row.key
    }
    let vectorCount = index.schema.dimension > 0 ? index.totals.records : 0
    guard totals == index.totals, UInt64(index.header.vectorCount) == vectorCount else {
      throw .damaged("segment footer", "the totals do not agree with the rows")
    }
  }

  /// Only rows with a body or a document have bytes for one.
  private func verifyCells(_ row: Int, _ entry: SegmentRowEntry) throws(FormatError) {
    let document = try cell(.documents, row).byteCount
    let metadata = try cell(.metadata, row).byteCount
    guard entry.flags.contains(.document) || document == 0, entry.flags.contains(.body) || metadata == 0 else {
      throw .damaged("segment", "row \(row) has bytes for what it lacks")
    }
  }
}
