internal import Primitives
package import SnapshotFormat

/// Rows in ascending order of key, one after the other.
package protocol RowSource: AnyObject {
  func next() throws(FormatError) -> Row?
}

/// The bytes of a segment, wherever they are: mapped or in memory. They do not change.
package protocol SegmentBytes: AnyObject, Sendable {
  func withBytes<Value, Failure: Error>(_ body: (RawSpan) throws(Failure) -> Value) throws(Failure) -> Value
}

/// A segment in memory.
package final class SegmentInMemory: SegmentBytes {
  private let bytes: [UInt8]

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  package func withBytes<Value, Failure: Error>(_ body: (RawSpan) throws(Failure) -> Value) throws(Failure) -> Value {
    let bytes = bytes
    return try body(bytes.rawSpan)
  }
}

/// An opened segment and its bytes.
package struct OpenSegment: Sendable {
  package let index: SegmentIndex
  package let bytes: any SegmentBytes

  package init(_ bytes: any SegmentBytes) throws(FormatError) {
    self.bytes = bytes
    index = try bytes.withBytes { (span) throws(FormatError) in try SegmentIndex(span) }
  }

  package func read<Value>(
    _ body: (borrowing SegmentReader) throws(FormatError) -> Value
  ) throws(FormatError) -> Value {
    try bytes.withBytes { (span) throws(FormatError) in try body(SegmentReader(span, opened: index)) }
  }
}

/// The rows of a segment, or those that matter to ids under a prefix, one in memory at a time.
package final class SegmentRows: RowSource {
  private let segment: OpenSegment
  /// Prefixes that enclose what was asked for, in order.
  private var enclosing: ArraySlice<Int> = []
  private var position: Int
  private let end: Int

  package init(_ segment: OpenSegment) {
    self.segment = segment
    position = 0
    end = segment.index.rowCount
  }

  /// The rows of ids and prefixes that begin with `prefix`, and of prefixes that it begins with.
  package init(_ segment: OpenSegment, under prefix: RecordName) throws(FormatError) {
    self.segment = segment
    let range = try segment.read { (reader) throws(FormatError) in try reader.rows(under: prefix) }
    let covering = try segment.read { (reader) throws(FormatError) in try reader.prefixes(covering: prefix) }
    enclosing = covering.filter { $0 < range.lowerBound }.sorted()[...]
    position = range.lowerBound
    end = range.upperBound
  }

  package func next() throws(FormatError) -> Row? {
    if let row = enclosing.popFirst() {
      return try segment.read { (reader) throws(FormatError) in try reader.row(row) }
    }
    guard position < end else { return nil }
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
