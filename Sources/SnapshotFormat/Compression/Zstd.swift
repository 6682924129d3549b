internal import CZstd
internal import Primitives

/// The compression of every frame: one zstd frame with its content size, bounded on decode.
package enum Zstd {
  /// Decoders refuse a window above 8 MiB (formats/pack.md §2).
  package static let windowLogMax: Int32 = 23

  /// Contexts for whoever has none of its own.
  static let compressors = Pool { ZstdCompressor() }
  static let decompressors = Pool { ZstdDecompressor() }

  package static func compress(_ bytes: RawSpan, level: Int32 = 1) -> [UInt8] {
    compressors.withItem { $0.compress(bytes, level: level) }
  }

  /// The most that a frame of so many bytes can have.
  static func bound(_ byteCount: Int) -> Int { ZSTD_compressBound(byteCount) }

  /// About how many bytes are left of `bytes` at level 1: what is said of a quarter of a full chunk, taken from its
  /// middle, is said of all.
  package static func estimate(_ bytes: RawSpan) -> Int {
    guard bytes.byteCount > estimatedByteCount else { return compress(bytes).count }
    let start = (bytes.byteCount - estimatedByteCount) / 2
    let part = compress(bytes.extracting(start..<(start + estimatedByteCount))).count
    return part * bytes.byteCount / estimatedByteCount
  }

  private static let estimatedByteCount = 16 << 10
}

/// A compression context that is used again, by one worker at a time.
@safe package final class ZstdCompressor {
  // Safe: owned by this object alone, freed once in deinit.
  private let context: OpaquePointer

  package init() {
    guard let context = unsafe ZSTD_createCCtx() else { preconditionFailure("out of memory for a zstd context") }
    unsafe self.context = context
  }

  deinit {
    unsafe ZSTD_freeCCtx(context)
  }

  /// - Parameter head: so many zeros stand before the frame, for whoever writes there.
  package func compress(_ bytes: RawSpan, level: Int32, behind head: Int = 0) -> [UInt8] {
    unsafe ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters)
    unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
    return compress(bytes, behind: head)
  }

  /// Compresses by how often each byte occurs, with hardly a search for matches: faster, and of bytes without order, as
  /// the exponents of floats are, smaller too: than at level 1 by 0.4 % of real embeddings, by 11 % of made-up weights.
  ///
  /// - Parameter output: has room for the bound of as many bytes.
  /// - Returns: how many bytes of it are the frame.
  func compressByFrequency(_ bytes: RawSpan, into output: UnsafeMutableBufferPointer<UInt8>) -> Int {
    unsafe ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters)
    unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, -256)
    // Levels below 0 leave single bytes as they are unless told so: the library's `literalCompressionMode`.
    unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_experimentalParam5, 1)
    return unsafe compress(bytes, into: output)
  }

  /// Compresses with `prefix` as if it stood before `bytes`; it is needed again to decompress.
  package func compress(_ bytes: RawSpan, prefix: RawSpan, level: Int32) -> [UInt8] {
    unsafe ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters)
    unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
    let windowLog = Int32(UInt64.bitWidth - UInt64(bytes.byteCount + prefix.byteCount).leadingZeroBitCount)
    unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, min(max(windowLog, 10), Zstd.windowLogMax))
    return unsafe prefix.withUnsafeBytes { before in
      unsafe ZSTD_CCtx_refPrefix(context, before.baseAddress, before.count)
      return compress(bytes)
    }
  }

  /// Whether a piece from the middle loses a quarter when it is compressed: floats do not.
  package func isText(_ bytes: RawSpan) -> Bool {
    let start = bytes.byteCount / 2
    let sample = bytes.extracting(start..<min(start + 4_096, bytes.byteCount))
    return compress(sample, level: 1).count <= sample.byteCount / 4 * 3
  }

  private func compress(_ bytes: RawSpan, behind head: Int = 0) -> [UInt8] {
    let capacity = head + Zstd.bound(bytes.byteCount)
    // Safe: both parts lie within the capacity, and as many bytes are written as are counted.
    return unsafe [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
      unsafe output[..<head].initialize(repeating: 0)
      count = unsafe head + compress(bytes, into: UnsafeMutableBufferPointer(rebasing: output[head...]))
    }
  }

  private func compress(_ bytes: RawSpan, into output: UnsafeMutableBufferPointer<UInt8>) -> Int {
    let written = unsafe bytes.withUnsafeBytes { input in
      unsafe ZSTD_compress2(context, output.baseAddress, output.count, input.baseAddress, input.count)
    }
    precondition(ZSTD_isError(written) == 0, "zstd cannot fail with a buffer of its own bound")
    return written
  }
}

/// A decompression context that is used again, by one worker at a time.
@safe package final class ZstdDecompressor {
  // Safe: owned by this object alone, freed once in deinit.
  private let context: OpaquePointer

  package init() {
    guard let context = unsafe ZSTD_createDCtx() else { preconditionFailure("out of memory for a zstd context") }
    unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Zstd.windowLogMax)
    unsafe self.context = context
  }

  deinit {
    unsafe ZSTD_freeDCtx(context)
  }

  /// Decodes what was compressed with `prefix`.
  ///
  /// - Precondition: `byteCount` was bounded by the caller.
  package func decompress(_ bytes: RawSpan, prefix: RawSpan, byteCount: Int) throws(FormatError) -> [UInt8] {
    try unsafe prefix.withUnsafeBytes { before throws(FormatError) in
      unsafe ZSTD_DCtx_refPrefix(context, before.baseAddress, before.count)
      return try decompress(bytes, byteCount: byteCount)
    }
  }

  /// Decodes to exactly `byteCount` bytes; stops there, whatever the frame claims.
  ///
  /// - Precondition: `byteCount` was bounded by the caller.
  package func decompress(_ bytes: RawSpan, byteCount: Int) throws(FormatError) -> [UInt8] {
    var failure: FormatError?
    let decoded = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { output, count in
      let written = unsafe bytes.withUnsafeBytes { input in
        unsafe ZSTD_decompressDCtx(context, output.baseAddress, byteCount, input.baseAddress, input.count)
      }
      if ZSTD_isError(written) != 0 {
        failure = .damaged("zstd frame", unsafe String(cString: ZSTD_getErrorName(written)))
      } else if written != byteCount {
        failure = .damaged("zstd frame", "\(written) bytes where \(byteCount) are announced")
      } else {
        count = written
      }
    }
    if let failure { throw failure }
    return decoded
  }
}
