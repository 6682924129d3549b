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

  /// - Parameter forced: in the place of what the file's first bytes say.
  package init(_ input: any SnapshotInput, profile forced: ChunkProfile? = nil) throws(StoreError) {
    self.input = input
    // Enough to tell the profile by, and just a chunk of the usual grid, which is handed on as it is.
    let first = try input.read(at: 0, count: Int(min(input.byteCount, UInt64(ChunkProfile.gridByteCount))))
    let sample = min(first.count, ChunkProfile.sampleByteCount)
    profile = forced ?? ChunkProfile.detect(first.rawSpan.extracting(0..<sample))
    buffer = first
  }

  /// The next chunk, or nil at the end of the file.
  package mutating func next() throws(StoreError) -> (offset: UInt64, bytes: [UInt8])? {
    guard offset < input.byteCount else { return nil }
    let bytes: [UInt8]
    switch profile {
    case .grid(let chunkByteCount): bytes = try gridChunk(chunkByteCount)
    case .contentDefined:
      try fill()
      bytes = take(ContentDefinedCutter.firstChunk(of: buffer.rawSpan.extracting(position..<buffer.count)))
    }
    defer { offset += UInt64(bytes.count) }
    return (offset, bytes)
  }

  /// What was read to find the profile is used up first; everything else is read where it stays.
  private mutating func gridChunk(_ chunkByteCount: Int) throws(StoreError) -> [UInt8] {
    let count = Int(min(UInt64(chunkByteCount), input.byteCount - offset))
    if buffer.count - position >= count { return take(count) }
    buffer = []
    position = 0
    return try input.read(at: offset, count: count)
  }

  private mutating func take(_ count: Int) -> [UInt8] {
    if position == 0, count == buffer.count {
      defer { buffer = [] }
      return buffer
    }
    defer { position += count }
    return Array(buffer[position..<(position + count)])
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
