package import Primitives

/// Puts frames together into a pack (formats/pack.md).
package struct PackBuilder: Sendable {
  package let name: UniqueName
  private var output: ByteWriter
  private var frames: [DirectoryRow] = []
  private var entryCount = 0

  private static let features: Preamble.Features = .digestOfHeads

  private struct DirectoryRow: Sendable {
    let offset: Int
    let byteCount: Int
    let entryCount: Int
    let crc: UInt32

    var head: Range<Int> { offset..<offset + FrameHeader.byteCount(entries: entryCount) }
  }

  /// - Parameter byteCount: what the pack will about have; room that is not used takes no memory.
  package init(name: UniqueName, created: Timestamp, byteCount: Int = 1 << 20) {
    self.name = name
    output = ByteWriter(capacity: byteCount)
    Preamble(type: .pack, features: PackBuilder.features).write(to: &output)
    let start = output.count
    output.uniqueName(name)
    output.integer(name.high)
    output.timestamp(created)
    output.zeros(12)
    output.crc(from: start)
  }

  package var isEmpty: Bool { frames.isEmpty }

  /// Whether a frame may still be added without passing the caps.
  package func hasRoom(frameByteCount: Int, entries: Int, target: Int) -> Bool {
    if isEmpty { return true }
    return output.count + frameByteCount <= target && entryCount + entries <= Limits.packEntryCount
  }

  /// Adds an encoded frame and says where it begins.
  package mutating func append(frame: [UInt8], entryCount count: Int) -> Int {
    let offset = output.count
    var crc: UInt32 = 0
    for index in (28..<32).reversed() { crc = crc << 8 | UInt32(frame[index]) }
    output.append(frame)
    frames.append(DirectoryRow(offset: offset, byteCount: frame.count, entryCount: count, crc: crc))
    entryCount += count
    return offset
  }

  /// The finished object.
  package consuming func finish() -> [UInt8] {
    let directoryOffset = output.count
    for frame in frames {
      output.integer(UInt32(frame.offset))
      output.integer(UInt32(frame.byteCount))
      output.integer(UInt32(frame.entryCount))
      output.integer(frame.crc)
    }
    let trailerOffset = output.count
    let digest = PackDigest.of(
      output.bytes.rawSpan, heads: frames.map(\.head), directory: directoryOffset..<trailerOffset, PackBuilder.features)
    output.integer(UInt32(directoryOffset))
    output.integer(UInt32(frames.count))
    output.integer(UInt32(entryCount))
    output.zeros(8)
    output.digest(digest)
    output.crc(from: trailerOffset)
    output.append(PackTrailer.magic)
    return output.bytes
  }
}
