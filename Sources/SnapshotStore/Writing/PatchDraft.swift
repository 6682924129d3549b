package import Primitives
package import SnapshotFormat

/// A sparse patch that keeps within the bounds of a chain.
package struct PatchDraft: Sendable {
  private let form: ChunkForm
  private let bytes: [UInt8]
  private let chainDepth: Int
  private let chainByteCount: Int

  /// The patch that makes `chunk` from `base`, or nil where a chain would become too deep or too large, or too much
  /// differs.
  ///
  /// - Parameter chain: the references that the base consists of.
  package static func make(_ chunk: [UInt8], from base: RawSpan, chain: [Reference]) -> PatchDraft? {
    guard let room = Room(chunk.count, above: chain),
      let bytes = SparsePatch.encode(chunk.rawSpan, base: base, literalByteCountMax: room.byteCount),
      bytes.count <= room.byteCount
    else { return nil }
    return PatchDraft(.sparsePatch, bytes, room)
  }

  /// The same by a search for matches anywhere in the base; nil also where the chunk alone compresses as well.
  package static func makePrefix(_ chunk: [UInt8], from base: RawSpan, chain: [Reference]) -> PatchDraft? {
    guard let room = Room(chunk.count, above: chain) else { return nil }
    let bytes = PrefixPatch.encode(chunk.rawSpan, base: base)
    guard bytes.count <= room.byteCount, bytes.count < Zstd.compress(chunk.rawSpan).count / 4 * 3 else { return nil }
    return PatchDraft(.prefixPatch, bytes, room)
  }

  private init(_ form: ChunkForm, _ bytes: [UInt8], _ room: Room) {
    self.form = form
    self.bytes = bytes
    chainDepth = room.chainDepth
    chainByteCount = room.chainByteCount + bytes.count
  }

  /// About what it takes in its group, which is compressed.
  package var compressedByteCount: Int { form == .prefixPatch ? bytes.count : Zstd.estimate(bytes.rawSpan) }

  /// Whether a search for a better base is not worth its cost.
  package func isSmall(for chunkByteCount: Int) -> Bool { bytes.count <= chunkByteCount / 4 }

  /// What a patch on a chain may still take.
  private struct Room {
    let chainDepth: Int
    let chainByteCount: Int
    let byteCount: Int

    /// Nil where the chain would become too deep or too large.
    init?(_ chunkByteCount: Int, above chain: [Reference]) {
      chainDepth = (chain.map(\.chainDepth).max() ?? 0) + 1
      chainByteCount = chain.reduce(0) { $0 + $1.chainByteCount }
      byteCount = chunkByteCount - chunkByteCount / 8 - chainByteCount
      guard chainDepth <= Limits.chainDepth, byteCount > 0 else { return nil }
    }
  }

  package func draft(id: Digest, byteCount: Int, slots: [UInt32], offset: Int, baseByteCount: Int) -> ChunkDraft {
    ChunkDraft(
      id: id, byteCount: byteCount, form: form, bytes: bytes, chainDepth: chainDepth,
      chainByteCount: chainByteCount, base: Reference.Base(slots: slots, offset: offset, byteCount: baseByteCount))
  }
}
