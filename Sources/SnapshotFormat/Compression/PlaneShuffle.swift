internal import Primitives

/// Encoding 2 of a frame (formats/pack.md §2): bytes that look like `f32` are split into four planes, and only the
/// plane of sign and exponent is compressed; mantissa bytes do not compress.
package enum PlaneShuffle {
  /// Whether the bytes look like little-endian floats: the top byte of each word takes far fewer values than the
  /// second.
  package static func looksLikeFloats(_ bytes: RawSpan) -> Bool {
    let sample = 8_192
    guard bytes.byteCount >= sample else { return false }
    var second = ByteSet()
    var top = ByteSet()
    for index in stride(from: 0, to: sample, by: 4) {
      unsafe second.insert(bytes.unsafeLoad(fromByteOffset: index + 1, as: UInt8.self))
      unsafe top.insert(bytes.unsafeLoad(fromByteOffset: index + 3, as: UInt8.self))
    }
    return top.count * 4 < second.count
  }

  /// - Parameter head: so many zeros stand before the stored bytes, for whoever writes there.
  package static func encode(_ bytes: RawSpan, behind head: Int = 0, compressor: ZstdCompressor) -> [UInt8] {
    let lowerByteCount = Planes.offset(of: 3, byteCount: bytes.byteCount)
    let start = head + countByteCount
    let end = start + lowerByteCount
    let capacity = end + Zstd.bound(bytes.byteCount - lowerByteCount)
    // Safe: the parts lie within the capacity one behind the other, and each is written whole.
    return unsafe [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
      let top = unsafe Planes.split(bytes, lower: UnsafeMutableBufferPointer(rebasing: output[start..<end]))
      let compressed = unsafe compressor.compressByFrequency(
        top.rawSpan, into: UnsafeMutableBufferPointer(rebasing: output[end...]))
      unsafe output[..<head].initialize(repeating: 0)
      for index in 0..<countByteCount {
        unsafe output.initializeElement(at: head + index, to: UInt8(truncatingIfNeeded: compressed >> (8 * index)))
      }
      count = end + compressed
    }
  }

  /// What tells how many bytes the compressed plane has.
  private static let countByteCount = 4

  package static func decode(
    _ stored: RawSpan, byteCount: Int, decompressor: ZstdDecompressor
  ) throws(FormatError) -> [UInt8] {
    var input = ByteReader(stored, of: "shuffled frame")
    let compressedByteCount = Int(try input.integer(UInt32.self))
    let rawPlanes = Planes.offset(of: 3, byteCount: byteCount)
    guard input.remaining == rawPlanes + compressedByteCount else {
      throw input.damaged("the planes do not fill the frame")
    }
    let lower = try input.span(rawPlanes)
    let top = try decompressor.decompress(
      try input.span(compressedByteCount), byteCount: byteCount - Planes.offset(of: 3, byteCount: byteCount))
    return Planes.join(lower, top: top.rawSpan, byteCount: byteCount)
  }
}

/// Which of the 256 byte values occurred.
private struct ByteSet {
  private var words: InlineArray<4, UInt64> = [0, 0, 0, 0]

  mutating func insert(_ byte: UInt8) {
    words[Int(byte >> 6)] |= 1 << UInt64(byte & 63)
  }

  var count: Int {
    words[0].nonzeroBitCount + words[1].nonzeroBitCount + words[2].nonzeroBitCount + words[3].nonzeroBitCount
  }
}
