package import Primitives

/// The digest of a pack in its trailer (formats/pack.md §3).
package enum PackDigest {
  private static let pieceByteCount = 65_536

  /// - Parameters:
  ///   - bytes: all before the trailer.
  ///   - heads: where the head and the entries of each frame stand.
  ///   - features: say which of the digests it is.
  package static func of(
    _ bytes: RawSpan, heads: some Sequence<Range<Int>>, directory: Range<Int>, _ features: Preamble.Features
  ) -> Digest {
    if features.contains(.digestOfHeads) { return ofHeads(bytes, heads, directory) }
    return features.contains(.digestOfPieces) ? ofPieces(bytes) : Digest.of(bytes)
  }

  private static func ofHeads(_ bytes: RawSpan, _ heads: some Sequence<Range<Int>>, _ directory: Range<Int>) -> Digest {
    var builder = DigestBuilder()
    builder.update(bytes.extracting(0..<PackReader.headerByteCount))
    for head in heads { builder.update(bytes.extracting(head)) }
    builder.update(bytes.extracting(directory))
    return builder.finish()
  }

  private static func ofPieces(_ bytes: RawSpan) -> Digest {
    var builder = DigestBuilder()
    for digest in Digest.ofPieces(bytes, byteCount: pieceByteCount) { builder.update(digest.bytes) }
    return builder.finish()
  }
}
