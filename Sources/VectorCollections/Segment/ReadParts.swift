internal import SnapshotFormat

/// A part of a segment that was read, for who needs no other.
final class ReadParts: SegmentParts {
  private let start: Int
  private let bytes: [UInt8]

  init(_ bytes: [UInt8], at start: Int) {
    self.bytes = bytes
    self.start = start
  }

  func part(_ range: Range<Int>) throws(FormatError) -> ArraySlice<UInt8> {
    guard range.lowerBound >= start, range.upperBound - start <= bytes.count else {
      throw .truncated("segment", at: start + bytes.count)
    }
    return bytes[range.lowerBound - start..<range.upperBound - start]
  }
}
