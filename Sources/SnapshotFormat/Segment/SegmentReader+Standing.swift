/// When the body or the deletion of a row was set, and which of the two it is: that of the highest stamp alone says
/// what vector an id has (formats/segment.md §5).
package struct RowStanding: Sendable, Equatable {
  package let stamp: Stamp
  package let isRecord: Bool
}

extension SegmentReader {
  /// Nil for a row that has neither a body nor a deletion. Reads no more than the row's entry.
  package func standing(_ row: Int) throws(FormatError) -> RowStanding? {
    let entry = try entry(row)
    guard entry.hasStamp else { return nil }
    guard entry.producer < index.producers.count else { throw .damaged("segment", "no producer \(entry.producer)") }
    return RowStanding(
      stamp: Stamp(clock: HybridClock(entry.clock), producer: index.producers[Int(entry.producer)]),
      isRecord: entry.flags.contains(.body))
  }
}

/// What the entry of a row says of its id, in short: for who compares many of them.
package struct RowMark: Sendable, Equatable {
  package static let entryByteCount = SegmentRowEntry.byteCount

  /// Of the body or the deletion; zero where the row has neither.
  package let clock: HybridClock
  package let isPrefix: Bool
  package let isRecord: Bool
  package let isDeleted: Bool
  /// Nil where the row has no vector.
  package let vectorNumber: Int?

  /// - Parameter entry: the bytes of one.
  package init(entry: RawSpan) throws(FormatError) {
    let entry = try SegmentRowEntry(entry)
    clock = HybridClock(entry.clock)
    isPrefix = entry.flags.contains(.prefix)
    isRecord = entry.flags.contains(.body)
    isDeleted = entry.flags.contains(.deleted)
    vectorNumber = entry.vectorRow == SegmentRowEntry.noIndex ? nil : Int(entry.vectorRow)
  }
}
