internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// Parts of one segment for one piece of reading: keeps what it gave until the reading is done, whatever the cache
/// drops.
final class SegmentPieces: SegmentParts {
  private let chunks: SegmentChunks
  /// By number; a look-up meets the same chunks time and again.
  private var held: [Int: [UInt8]] = [:]
  /// Those that lay in several chunks, put together.
  private var joined: [[UInt8]] = []

  init(_ chunks: SegmentChunks) {
    self.chunks = chunks
  }

  func part(_ range: Range<Int>) throws(FormatError) -> ArraySlice<UInt8> {
    guard !range.isEmpty else { return [] }
    do throws(StoreError) {
      let first = chunks.number(at: range.lowerBound)
      let last = chunks.number(at: range.upperBound - 1)
      guard first < last else { return try slice(range, of: first) }
      try chunks.load([range])
      var bytes: [UInt8] = []
      bytes.reserveCapacity(range.count)
      for number in first...last { bytes += try chunks.chunk(number)[within(range, number)] }
      joined.append(bytes)
      return bytes[...]
    } catch {
      throw .unreadable("segment", error)
    }
  }

  private func slice(_ range: Range<Int>, of number: Int) throws(StoreError) -> ArraySlice<UInt8> {
    if let bytes = held[number] { return bytes[within(range, number)] }
    let bytes = try chunks.chunk(number)
    held[number] = bytes
    return bytes[within(range, number)]
  }

  /// The part of a range that lies in a chunk, counted from the chunk's beginning.
  private func within(_ range: Range<Int>, _ number: Int) -> Range<Int> {
    let chunk = chunks.range(of: number)
    let part = range.clamped(to: chunk)
    return part.lowerBound - chunk.lowerBound..<part.upperBound - chunk.lowerBound
  }
}
