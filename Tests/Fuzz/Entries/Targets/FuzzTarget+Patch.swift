import CZstd
import Primitives
import SnapshotFormat

/// Patches (formats/patch.md). An input is the byte count of the chunk and of the base, `u16` each, the base, the
/// patch.
extension FuzzTarget {
  static var sparsePatch: FuzzTarget {
    FuzzTarget {
      let base = Samples.noise(120)
      let chunk = base[..<40] + [1, 2, 3, 4, 5] + base[45..<100] + Samples.noise(70, seed: 2)
      return [
        input(chunk: Array(chunk), base: base) {
          SparsePatch.encode($0, base: $1, literalByteCountMax: 200)
        },
        input(chunk: base, base: base) { SparsePatch.encode($0, base: $1, literalByteCountMax: 0) },
      ].compactMap(\.self)
    } check: { bytes in
      let input = try PatchInput(bytes)
      let chunk = try SparsePatch.apply(input.patch.rawSpan, base: input.base, byteCount: input.chunkByteCount)
      try FuzzFinding.unless(chunk.count == input.chunkByteCount, "a chunk of \(chunk.count) bytes")
      try encodeAgain(chunk, base: input.base)
    }
  }

  /// Whatever a chunk and its base are, a patch between them gives the chunk.
  private static func encodeAgain(_ chunk: [UInt8], base: [UInt8]) throws {
    let patch = SparsePatch.encode(chunk.rawSpan, base: base.rawSpan, literalByteCountMax: chunk.count)
    guard let patch else { throw FuzzFinding("no patch for a chunk, though it may be as long as the chunk") }
    let again = try FuzzFinding.unlessDone("a patch is applied") {
      try SparsePatch.apply(patch.rawSpan, base: base, byteCount: chunk.count)
    }
    try FuzzFinding.unless(again == chunk, "a patch gives another chunk")
  }

  static var prefixPatch: FuzzTarget {
    FuzzTarget {
      let base = Samples.noise(120)
      return [
        input(chunk: Array(base[20..<100]) + base, base: base) { prefixed($0, base: $1) },
        input(chunk: base, base: []) { chunk, _ in Zstd.compress(chunk) },
      ].compactMap(\.self)
    } check: { bytes in
      let input = try PatchInput(bytes)
      let chunk = try PrefixPatch.apply(
        input.patch.rawSpan, base: input.base.rawSpan, byteCount: input.chunkByteCount)
      try FuzzFinding.unless(chunk.count == input.chunkByteCount, "a chunk of \(chunk.count) bytes")
    }
  }

  private static func input(
    chunk: [UInt8], base: [UInt8], patch: (RawSpan, RawSpan) -> [UInt8]?
  ) -> [UInt8]? {
    guard let patch = patch(chunk.rawSpan, base.rawSpan) else { return nil }
    var output = ByteWriter()
    output.integer(UInt16(chunk.count))
    output.bytes16(base)
    output.append(patch)
    return output.bytes
  }

  /// A zstd frame made with the base as prefix: this version reads such, and writes none.
  private static func prefixed(_ chunk: RawSpan, base: RawSpan) -> [UInt8]? {
    guard let context = unsafe ZSTD_createCCtx() else { return nil }
    defer { unsafe _ = ZSTD_freeCCtx(context) }
    let capacity = ZSTD_compressBound(chunk.byteCount)
    // Safe: zstd writes at most `capacity` bytes and says how many.
    return unsafe [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
      unsafe base.withUnsafeBytes { prefix in
        unsafe ZSTD_CCtx_refPrefix(context, prefix.baseAddress, prefix.count)
        count = unsafe chunk.withUnsafeBytes { input in
          unsafe ZSTD_compress2(context, output.baseAddress, capacity, input.baseAddress, input.count)
        }
      }
    }
  }
}

private struct PatchInput {
  let chunkByteCount: Int
  let base: [UInt8]
  let patch: [UInt8]

  init(_ bytes: [UInt8]) throws(FormatError) {
    var input = ByteReader(bytes.rawSpan, of: "fuzz input")
    // What a reference or a frame entry allows.
    chunkByteCount = max(1, Int(try input.integer(UInt16.self)))
    base = try input.bytes16()
    patch = try input.array(input.remaining)
  }
}
