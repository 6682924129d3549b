package import SnapshotFormat

/// Rows in ascending order of key, one after the other.
package protocol RowSource: AnyObject {
  func next() throws(FormatError) -> Row?
}

/// The rows of a segment, or those that matter to ids under a prefix, one in memory at a time.
package final class SegmentRows: RowSource {
  private let segment: OpenSegment
  /// Prefixes that enclose what was asked for, in order.
  private var enclosing: ArraySlice<Int> = []
  private var position: Int
  private let end: Int
  private var window: FetchWindow

  package init(_ segment: OpenSegment) {
    self.segment = segment
    position = 0
    window = FetchWindow()
    end = segment.index.rowCount
  }

  /// The rows of ids and prefixes that begin with `prefix`, and of prefixes that it begins with.
  package init(_ segment: OpenSegment, under prefix: RecordName) throws(FormatError) {
    self.segment = segment
    let range = try segment.read { (reader) throws(FormatError) in try reader.rows(under: prefix) }
    let covering = try segment.read { (reader) throws(FormatError) in try reader.prefixes(covering: prefix) }
    enclosing = covering.filter { $0 < range.lowerBound }.sorted()[...]
    position = range.lowerBound
    window = FetchWindow(from: range.lowerBound)
    end = range.upperBound
  }

  package func next() throws(FormatError) -> Row? {
    if let row = enclosing.popFirst() {
      return try segment.read { (reader) throws(FormatError) in try reader.row(row) }
    }
    guard position < end else { return nil }
    try window.reach(position, of: segment, end: end)
    defer { position += 1 }
    return try segment.read { (reader) throws(FormatError) in try reader.row(position) }
  }
}

/// Sources whose rows lie one after the other.
package final class ChainedRows: RowSource {
  private var sources: ArraySlice<any RowSource>

  /// - Precondition: every key of a source is above all keys of those before it.
  package init(_ sources: [any RowSource]) {
    self.sources = sources[...]
  }

  package func next() throws(FormatError) -> Row? {
    while let source = sources.first {
      if let row = try source.next() { return row }
      sources.removeFirst()
    }
    return nil
  }
}

/// Rows that are in memory, already in order.
package final class RowList: RowSource {
  private var rows: ArraySlice<Row>

  /// - Precondition: the rows ascend by key.
  package init(ascending rows: [Row]) {
    self.rows = rows[...]
  }

  package func next() -> Row? { rows.popFirst() }
}
