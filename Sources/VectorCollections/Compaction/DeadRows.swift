package import Primitives
package import SnapshotFormat

/// How many rows of each segment are superseded: what the newest segment says, and what new rows add
/// (formats/segment.md §4).
package struct DeadRows: Sendable, Equatable {
  package private(set) var counts: [UniqueName: UInt32] = [:]

  /// What the segments of a version know of each other.
  package init(_ segments: [OpenSegment]) throws(FormatError) {
    let names = Set(segments.map(\.index.header.name))
    let newest = segments.max { left, right in
      let (left, right) = (left.index, right.index)
      if left.header.generation != right.header.generation { return left.header.generation < right.header.generation }
      return right.header.name.bytes.lexicographicallyPrecedes(left.header.name.bytes)
    }
    for entry in try newest?.dead() ?? [] where names.contains(entry.segment) { counts[entry.segment] = entry.rows }
  }

  /// Adds what a new row supersedes in a segment that is kept.
  package mutating func add(_ row: Row, in segment: OpenSegment) throws(FormatError) {
    let totals = segment.index.totals
    guard row.key.isPrefix ? totals.mayCover(idsUnder: row.key.name) : totals.mayHold(row.key.name) else { return }
    let rows = try segment.read { (reader) throws(FormatError) in
      if row.key.isPrefix { return row.isDeleted ? try reader.rows(under: row.key.name).count : 0 }
      guard row.body != nil else { return 0 }
      return try reader.find(row.key) == nil ? 0 : 1
    }
    guard rows > 0 else { return }
    let limit = UInt32(segment.index.rowCount)
    counts[segment.index.header.name] = min(limit, counts[segment.index.header.name, default: 0] + UInt32(rows))
  }

  package mutating func remove(_ segment: UniqueName) {
    counts[segment] = nil
  }

  package var entries: [SegmentDeadCount] {
    counts.filter { $0.value > 0 }.map { SegmentDeadCount(segment: $0.key, rows: $0.value) }
  }
}
