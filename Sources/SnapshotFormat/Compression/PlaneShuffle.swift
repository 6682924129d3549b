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

  package static func encode(_ bytes: RawSpan, compressor: ZstdCompressor) -> [UInt8] {
    var planes = (0..<4).map { [UInt8](repeating: 0, count: planeByteCount($0, of: bytes.byteCount)) }
    gather(bytes, plane: 0, into: &planes[0])
    gather(bytes, plane: 1, into: &planes[1])
    gather(bytes, plane: 2, into: &planes[2])
    gather(bytes, plane: 3, into: &planes[3])
    let top = planes[3]
    let compressed = compressor.compress(top.rawSpan, level: 1)
    var output = ByteWriter(capacity: bytes.byteCount)
    output.integer(UInt32(compressed.count))
    for plane in planes[0..<3] { output.append(plane) }
    output.append(compressed)
    return output.bytes
  }

  package static func decode(
    _ stored: RawSpan, byteCount: Int, decompressor: ZstdDecompressor
  ) throws(FormatError) -> [UInt8] {
    var input = ByteReader(stored, of: "shuffled frame")
    let compressedByteCount = Int(try input.integer(UInt32.self))
    let rawPlanes = (0..<3).reduce(0) { $0 + planeByteCount($1, of: byteCount) }
    guard input.remaining == rawPlanes + compressedByteCount else {
      throw input.damaged("the planes do not fill the frame")
    }
    var bytes = [UInt8](repeating: 0, count: byteCount)
    for plane in 0..<3 { scatter(try input.span(planeByteCount(plane, of: byteCount)), plane: plane, into: &bytes) }
    let top = try decompressor.decompress(
      try input.span(compressedByteCount), byteCount: planeByteCount(3, of: byteCount))
    scatter(top.rawSpan, plane: 3, into: &bytes)
    return bytes
  }

  private static func planeByteCount(_ plane: Int, of byteCount: Int) -> Int {
    (byteCount + 3 - plane) / 4
  }

  private static func gather(_ bytes: RawSpan, plane: Int, into output: inout [UInt8]) {
    // Safe: every index is below the byte count by the definition of a plane's byte count.
    unsafe output.withUnsafeMutableBufferPointer { target in
      unsafe bytes.withUnsafeBytes { source in
        for index in 0..<target.count { unsafe target[index] = source[index * 4 + plane] }
      }
    }
  }

  private static func scatter(_ plane: RawSpan, plane number: Int, into output: inout [UInt8]) {
    // Safe: as in `gather`.
    unsafe output.withUnsafeMutableBufferPointer { target in
      unsafe plane.withUnsafeBytes { source in
        for index in 0..<source.count { unsafe target[index * 4 + number] = source[index] }
      }
    }
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
