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

  /// What the base has in its place and a patch may be built on; empty when there is nothing.
  package var patchableBases: [BaseFileCursor.Placed] {
    guard let first = bases.first, first.offset <= offset else { return [] }
    return bases.allSatisfy { $0.reference.chainDepth < Limits.chainDepth } ? bases : []
  }

  /// Decides on a chunk that is nowhere in the base.
  ///
  /// - Parameter before: the bytes of `patchableBases`.
  package func decide(patching before: [[UInt8]]) -> ChunkDecision {
    guard let first = bases.first, !before.isEmpty else { return .full }
    let joined = before.count == 1 ? before[0] : Array(before.joined())
    let chain = bases.map(\.reference)
    let start = Int(offset - first.offset)
    let end = min(start + bytes.count, joined.count)
    guard start < end,
      let patch = PatchDraft.make(bytes, from: joined.rawSpan.extracting(start..<end), chain: chain)
    else { return .full }
    return .patched(patch, chain: chain, offset: start, baseByteCount: end - start)
  }
}
