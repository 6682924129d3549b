internal import Primitives

/// A frame as it stands in a pack.
package struct EncodedFrame: Sendable {
  package let bytes: [UInt8]
  /// False where the forms stand in it as they are.
  package let isCompressed: Bool
}

/// Encodes the forms of several chunks into one frame.
package final class FrameEncoder {
  private let compressor = ZstdCompressor()

  package init() {}

  /// - Parameter compresses: whether whole chunks are to be compressed. A compressed form of them is kept only where it
  ///   is at least 5% smaller.
  /// - Precondition: `raw` is what `entries` cover, within the limits of a frame.
  package func encode(
    _ raw: RawSpan, entries: [FrameEntry], kind: FrameKind, compresses: Bool = true
  ) -> EncodedFrame {
    let head = FrameHeader.byteCount(entries: entries.count)
    guard let (encoding, compressed) = compressed(raw, behind: head, kind: kind, compresses: compresses) else {
      return EncodedFrame(bytes: FrameEncoder.stored(raw, entries: entries, kind: kind), isCompressed: false)
    }
    var frame = compressed
    let header = FrameHeader(
      encoding: encoding, kind: kind, storedByteCount: frame.count - head, rawByteCount: raw.byteCount,
      storedCRC: CRC32C.of(frame.rawSpan.extracting(head..<frame.count)), entries: entries)
    var output = ByteWriter(capacity: head)
    header.write(to: &output)
    frame.replaceSubrange(..<head, with: output.bytes)
    return EncodedFrame(bytes: frame, isCompressed: true)
  }

  private static func stored(_ raw: RawSpan, entries: [FrameEntry], kind: FrameKind) -> [UInt8] {
    let header = FrameHeader(
      encoding: .stored, kind: kind, storedByteCount: raw.byteCount, rawByteCount: raw.byteCount,
      storedCRC: CRC32C.of(raw), entries: entries)
    var output = ByteWriter(capacity: header.frameByteCount)
    header.write(to: &output)
    output.append(raw)
    return output.bytes
  }

  /// The compressed bytes behind as many zeros as the header has; nil where they gain too little.
  private func compressed(
    _ raw: RawSpan, behind head: Int, kind: FrameKind, compresses: Bool
  ) -> (FrameEncoding, [UInt8])? {
    switch kind {
    case .patches, .pages:
      let frame = compressor.compress(raw, level: kind == .patches ? 4 : 1, behind: head)
      return frame.count - head < raw.byteCount ? (.zstd, frame) : nil
    case .chunks:
      guard compresses else { return nil }
      let floats = PlaneShuffle.looksLikeFloats(raw) && !compressor.isText(raw)
      let frame =
        floats
        ? PlaneShuffle.encode(raw, behind: head, compressor: compressor)
        : compressor.compress(raw, level: raw.byteCount > Limits.chunkByteCount ? 2 : 1, behind: head)
      let gains = frame.count - head <= raw.byteCount - raw.byteCount / 20
      return gains ? (floats ? .shuffled : .zstd, frame) : nil
    }
  }
}

/// Decodes frames. The bytes of a frame are untrusted until the chunks in it match their ids.
package final class FrameDecoder {
  private let decompressor = ZstdDecompressor()

  package init() {}

  package struct Frame: Sendable {
    package let header: FrameHeader
    package let raw: [UInt8]
  }

  /// Decodes one whole frame.
  ///
  /// - Throws: `FormatError` when it is cut, damaged, or asks for more than a frame may.
  package func decode(_ bytes: RawSpan) throws(FormatError) -> Frame {
    var input = ByteReader(bytes, of: "frame")
    let header = try FrameHeader(from: &input)
    let stored = try input.span(header.storedByteCount)
    try input.finish()
    guard CRC32C.of(stored) == header.storedCRC else {
      throw .damaged("frame", "the checksum of the stored bytes differs", at: header.byteCount)
    }
    return Frame(header: header, raw: try decode(stored, header))
  }

  private func decode(_ stored: RawSpan, _ header: FrameHeader) throws(FormatError) -> [UInt8] {
    switch header.encoding {
    case .stored:
      guard stored.byteCount == header.rawByteCount else { throw .damaged("frame", "stored bytes of the wrong count") }
      return unsafe stored.withUnsafeBytes { unsafe Array($0) }
    case .zstd:
      return try decompressor.decompress(stored, byteCount: header.rawByteCount)
    case .shuffled:
      return try PlaneShuffle.decode(stored, byteCount: header.rawByteCount, decompressor: decompressor)
    }
  }
}
