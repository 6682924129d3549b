package import Primitives

/// The digest of all that precedes a pack's trailer (formats/pack.md §3).
package enum PackDigest {
  private static let pieceByteCount = 65_536

  package static func of(_ bytes: RawSpan, _ features: Preamble.Features) -> Digest {
    guard features.contains(.digestOfPieces) else { return Digest.of(bytes) }
    var builder = DigestBuilder()
    for digest in Digest.ofPieces(bytes, byteCount: pieceByteCount) { builder.update(digest.bytes) }
    return builder.finish()
  }
}
