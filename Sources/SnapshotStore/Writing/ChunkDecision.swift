package import Primitives
package import SnapshotFormat

/// A chunk of the new tree, and what stood in its place in the base.
package struct ChunkTask: Sendable {
  package let offset: UInt64
  package let bytes: [UInt8]
  package let bases: [BaseFileCursor.Placed]

  package init(offset: UInt64, bytes: [UInt8], bases: [BaseFileCursor.Placed]) {
    self.offset = offset
    self.bytes = bytes
    self.bases = bases
  }
}

/// What is to be done with a chunk.
package enum ChunkDecision: Sendable {
  /// The base has it in the same place.
  case same(Reference)
  /// The base has it elsewhere.
  case found(Reference)
  /// It differs little from what the base has in its place.
  case patched(PatchDraft, chain: [Reference], offset: Int, baseByteCount: Int)
  /// It is new.
  case full
}

extension ChunkTask {
  /// The chunk of the base in the very same place, if it is this one.
  package func unchanged(_ id: Digest) -> Reference? {
    guard let first = bases.first, first.offset == offset, first.reference.id == id else { return nil }
    return first.reference
  }

  /// Decides on a chunk that is not in its place in the base. Reads the base only when there is one to patch.
  package func decide(_ id: Digest, index: ChunkIndex, base: ManifestReader?) throws(StoreError) -> ChunkDecision {
    if let elsewhere = index.reference(id), elsewhere.byteCount == bytes.count { return .found(elsewhere) }
    guard let base, let first = bases.first, first.offset <= offset else { return .full }
    let chain = bases.map(\.reference)
    guard chain.allSatisfy({ $0.chainDepth < Limits.chainDepth }) else { return .full }
    var before: [UInt8] = []
    for reference in chain { before += try base.chunks.chunk(reference, support: base.support) }
    let start = Int(offset - first.offset)
    let end = min(start + bytes.count, before.count)
    guard start < end else { return .full }
    guard let patch = PatchDraft.make(bytes, from: before.rawSpan.extracting(start..<end), chain: chain) else {
      return .full
    }
    return .patched(patch, chain: chain, offset: start, baseByteCount: end - start)
  }
}
