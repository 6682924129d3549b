internal import CZstd
internal import Primitives

/// Form 2 of a chunk (formats/patch.md §2): a zstd frame made with the base as prefix.
package enum PrefixPatch {
  /// The patch that makes `chunk` from `base`.
  package static func encode(_ chunk: RawSpan, base: RawSpan) -> [UInt8] {
    let compressor = ZstdCompressor()
    return compressor.compress(chunk, prefix: base, level: level)
  }

  /// Below it the tables are too small for the base and the chunk together.
  private static let level: Int32 = 3

  package static func apply(_ patch: RawSpan, base: RawSpan, byteCount: Int) throws(FormatError) -> [UInt8] {
    guard let context = unsafe ZSTD_createDCtx() else { throw .beyondLimit("prefix patch", "no memory to decode it") }
    defer { unsafe _ = ZSTD_freeDCtx(context) }
    unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Zstd.windowLogMax)
    var written = 0
    let chunk = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { output, count in
      written = unsafe base.withUnsafeBytes { prefix in
        unsafe ZSTD_DCtx_refPrefix(context, prefix.baseAddress, prefix.count)
        return unsafe patch.withUnsafeBytes { input in
          unsafe ZSTD_decompressDCtx(context, output.baseAddress, byteCount, input.baseAddress, input.count)
        }
      }
      count = ZSTD_isError(written) == 0 ? written : 0
    }
    guard chunk.count == byteCount else { throw .damaged("prefix patch", "it does not decode with this base") }
    return chunk
  }
}
