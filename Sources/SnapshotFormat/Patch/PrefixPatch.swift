internal import Primitives

/// Form 2 of a chunk (formats/patch.md §2): a zstd frame made with the base as prefix.
package enum PrefixPatch {
  /// The patch that makes `chunk` from `base`.
  package static func encode(_ chunk: RawSpan, base: RawSpan) -> [UInt8] {
    Zstd.compressors.withItem { $0.compress(chunk, prefix: base, level: level) }
  }

  /// Below it the tables are too small for the base and the chunk together.
  private static let level: Int32 = 3

  package static func apply(_ patch: RawSpan, base: RawSpan, byteCount: Int) throws(FormatError) -> [UInt8] {
    try Zstd.decompressors.withItem { decompressor throws(FormatError) in
      try decompressor.decompress(patch, prefix: base, byteCount: byteCount)
    }
  }
}
