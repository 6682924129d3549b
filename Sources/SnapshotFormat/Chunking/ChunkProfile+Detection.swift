internal import Primitives

extension ChunkProfile {
  /// How many of a file's first bytes decide its profile.
  package static let sampleByteCount = 8_192

  /// The profile of a file that begins with `head`: its first 8,192 bytes, or all of a shorter file.
  package static func detect(_ head: RawSpan) -> ChunkProfile {
    if let chunkByteCount = SegmentHeader.chunkByteCount(firstBytes: head) {
      return .grid(chunkByteCount: Int(chunkByteCount))
    }
    if gridMagics.contains(where: { hasPrefix(head, $0) }) { return .grid(chunkByteCount: gridByteCount) }
    if shiftingMagics.contains(where: { hasPrefix(head, $0) }) || isPickle(head) { return .contentDefined }
    return PlaneShuffle.looksLikeFloats(head) ? .grid(chunkByteCount: gridByteCount) : .contentDefined
  }

  private static let gridMagics: [[UInt8]] = [
    Array("SQLite format 3\0".utf8), [0x93] + Array("NUMPY".utf8), Array("PAR1".utf8), Array("ARROW1".utf8),
    Array("IxFI".utf8), Array("IxF2".utf8),
  ]

  /// zip, gzip, zstd.
  private static let shiftingMagics: [[UInt8]] = [
    [0x50, 0x4B, 0x03, 0x04], [0x1F, 0x8B], [0x28, 0xB5, 0x2F, 0xFD],
  ]

  private static func isPickle(_ head: RawSpan) -> Bool {
    (UInt8(2)...5).contains { hasPrefix(head, [0x80, $0]) }
  }

  private static func hasPrefix(_ head: RawSpan, _ magic: [UInt8]) -> Bool {
    guard head.byteCount >= magic.count else { return false }
    for index in magic.indices where unsafe head.unsafeLoad(fromByteOffset: index, as: UInt8.self) != magic[index] {
      return false
    }
    return true
  }
}
