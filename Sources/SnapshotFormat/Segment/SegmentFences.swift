internal import Primitives

/// Some names of a segment in a few bytes each, close together in memory: halving over them first, a look-up touches
/// few of the names themselves.
///
/// Half a byte a row. Says only where a row may be: the names decide.
package final class SegmentFences: Sendable {
  private static let stride = 16

  /// What all names of the segment begin with.
  private let sharedByteCount: Int
  /// Of every 16th row the eight bytes behind that, as a number; they ascend with the names, not strictly.
  private let keys: [UInt64]
  private let rowCount: Int

  package init(_ reader: borrowing SegmentReader) throws(FormatError) {
    let totals = reader.index.totals
    let (least, greatest) = (totals.leastName.utf8, totals.greatestName.utf8)
    sharedByteCount = zip(least, greatest).prefix { $0 == $1 }.count
    rowCount = reader.rowCount
    var keys: [UInt64] = []
    keys.reserveCapacity(rowCount / SegmentFences.stride + 1)
    for row in Swift.stride(from: 0, to: rowCount, by: SegmentFences.stride) {
      keys.append(SegmentFences.key(try reader.name(row), at: sharedByteCount))
    }
    self.keys = keys
  }

  /// The rows between which the first row is that is not below a name; the name lies within the segment's.
  package func rows(around name: RecordName) -> Range<Int> {
    let key = SegmentFences.key(name.utf8.rawSpan, at: sharedByteCount)
    let first = place(from: 0) { $0 < key }
    let behind = place(from: first) { $0 <= key }
    let start = max(0, first - 1) * SegmentFences.stride
    let end = min(rowCount, behind * SegmentFences.stride)
    // Names that do not ascend are damage; whoever reads them finds out.
    return start <= end ? start..<end : 0..<rowCount
  }

  /// How many keys come first of which `isBefore` holds, as it does of those before `start`.
  private func place(from start: Int, _ isBefore: (UInt64) -> Bool) -> Int {
    var (low, high) = (start, keys.count)
    while low < high {
      let middle = low + (high - low) / 2
      if isBefore(keys[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Eight bytes of a name; zeros, which no name has, behind its end.
  package static func key(_ name: RawSpan, at offset: Int) -> UInt64 {
    if let word = name.word(at: offset, as: UInt64.self) { return word.byteSwapped }
    var key: UInt64 = 0
    for place in offset..<offset + 8 { key = key << 8 | UInt64(name.word(at: place, as: UInt8.self) ?? 0) }
    return key
  }
}
