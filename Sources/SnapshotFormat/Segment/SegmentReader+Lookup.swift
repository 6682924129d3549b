internal import Primitives

/// Finding rows by halving (formats/segment.md §3 "Looking up an id").
extension SegmentReader {
  /// The first row that is not below `key`; the row count when all are.
  ///
  /// - Parameter rows: where it is known to be; the end of the range counts.
  package func lowerBound(_ key: RowKey, in rows: Range<Int>? = nil) throws(FormatError) -> Int {
    var (low, high) = (rows?.lowerBound ?? 0, rows?.upperBound ?? rowCount)
    while low < high {
      let middle = low + (high - low) / 2
      if try isBelow(middle, key) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The row of exactly this key, or nil.
  package func find(_ key: RowKey, in rows: Range<Int>? = nil) throws(FormatError) -> Int? {
    let row = try lowerBound(key, in: rows)
    guard row < rowCount, try cell(.names, row).order(key.name.utf8.rawSpan) == 0,
      try entry(row).flags.contains(.prefix) == key.isPrefix
    else { return nil }
    return row
  }

  /// The rows of all prefixes that the id begins with, longest first.
  package func prefixes(covering id: RecordName) throws(FormatError) -> [Int] {
    let next = try lowerBound(RowKey(id))
    var row = next - 1
    if next < rowCount, try cell(.names, next).order(id.utf8.rawSpan) == 0 { row = next }
    guard row >= 0 else { return [] }
    var covering: [Int] = []
    while true {
      let entry = try entry(row)
      if entry.flags.contains(.prefix), try covers(row, id) { covering.append(row) }
      guard entry.enclosing != SegmentRowEntry.noIndex else { return covering }
      guard entry.enclosing < row else { throw .damaged("segment rows", "row \(row) is enclosed by a later one") }
      row = Int(entry.enclosing)
    }
  }

  /// The rows of ids and prefixes that begin with `prefix`.
  package func rows(under prefix: RecordName) throws(FormatError) -> Range<Int> {
    let start = try lowerBound(RowKey(prefix, isPrefix: true))
    var (low, high) = (start, rowCount)
    while low < high {
      let middle = low + (high - low) / 2
      if try hasPrefix(middle, prefix) { low = middle + 1 } else { high = middle }
    }
    return start..<low
  }

  private func isBelow(_ row: Int, _ key: RowKey) throws(FormatError) -> Bool {
    let order = try cell(.names, row).order(key.name.utf8.rawSpan)
    guard order == 0 else { return order < 0 }
    return try entry(row).flags.contains(.prefix) && !key.isPrefix
  }

  private func covers(_ row: Int, _ id: RecordName) throws(FormatError) -> Bool {
    let name = try cell(.names, row)
    return name.byteCount <= id.utf8.count && name.order(id.utf8.rawSpan.extracting(0..<name.byteCount)) == 0
  }

  private func hasPrefix(_ row: Int, _ prefix: RecordName) throws(FormatError) -> Bool {
    let name = try cell(.names, row)
    guard let front = name.slice(0, prefix.utf8.count) else { return false }
    return front.order(prefix.utf8.rawSpan) == 0
  }
}
