internal import Primitives
package import SnapshotFormat

/// Cuts a file into chunks as its profile says, reading a bounded piece at a time.
package struct FileCutter {
  package let profile: ChunkProfile
  package private(set) var offset: UInt64 = 0
  private let input: any SnapshotInput
  private var buffer: [UInt8]
  private var position = 0

  private static let pieceByteCount = 1 << 20

  package init(_ input: any SnapshotInput) throws(StoreError) {
    self.input = input
    let first = try input.read(at: 0, count: Int(min(input.byteCount, UInt64(FileCutter.pieceByteCount))))
    profile = ChunkProfile.detect(first.rawSpan.extracting(0..<min(first.count, ChunkProfile.sampleByteCount)))
    buffer = first
  }

  /// The next chunk, or nil at the end of the file.
  package mutating func next() throws(StoreError) -> (offset: UInt64, bytes: [UInt8])? {
    guard offset < input.byteCount else { return nil }
    try fill()
    let count: Int
    switch profile {
    case .grid(let chunkByteCount): count = min(chunkByteCount, buffer.count - position)
    case .contentDefined:
      count = ContentDefinedCutter.firstChunk(of: buffer.rawSpan.extracting(position..<buffer.count))
    }
    let chunk = (offset: offset, bytes: Array(buffer[position..<(position + count)]))
    position += count
    offset += UInt64(count)
    return chunk
  }

  /// Makes sure the buffer holds the largest chunk there can be, or all that is left.
  private mutating func fill() throws(StoreError) {
    let left = buffer.count - position
    let read = offset + UInt64(left)
    guard left < Limits.chunkByteCount, read < input.byteCount else { return }
    let more = try input.read(at: read, count: Int(min(input.byteCount - read, UInt64(FileCutter.pieceByteCount))))
    buffer.removeFirst(position)
    buffer += more
    position = 0
  }
}
