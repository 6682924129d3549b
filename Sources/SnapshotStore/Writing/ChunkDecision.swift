package import Primitives
package import SnapshotFormat

/// A chunk of the new tree, and what stood in its place in the base.
package struct ChunkTask: Sendable {
  package let path: RelativePath
  package let offset: UInt64
  package let bytes: [UInt8]
  package let profile: ChunkProfile
  package let bases: [BaseFileCursor.Placed]
  /// Finds its content elsewhere in the base file.
  package let shift: ShiftLookup

  package init(
    path: RelativePath, offset: UInt64, bytes: [UInt8], profile: ChunkProfile, bases: [BaseFileCursor.Placed],
    shift: ShiftLookup
  ) {
    self.path = path
    self.offset = offset
    self.bytes = bytes
    self.profile = profile
    self.bases = bases
    self.shift = shift
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
  package var patchableBases: [BaseChunk] {
    guard let first = bases.first, first.offset <= offset else { return [] }
    guard bases.allSatisfy({ $0.reference.chainDepth < Limits.chainDepth }) else { return [] }
    return bases.map { BaseChunk(path: path, offset: $0.offset, reference: $0.reference) }
  }

  /// Decides on a chunk that is nowhere in the base.
  ///
  /// - Parameter before: the bytes of `patchableBases`.
  package func decide(patching before: [[UInt8]]) -> ChunkDecision {
    guard let first = bases.first, !before.isEmpty else { return .full }
    let joined = before.dropFirst().reduce(into: before[0]) { $0 += $1 }
    let chain = bases.map(\.reference)
    let start = Int(offset - first.offset)
    let end = min(start + bytes.count, joined.count)
    guard start < end,
      let patch = PatchDraft.make(bytes, from: joined.rawSpan.extracting(start..<end), chain: chain)
    else { return .full }
    return .patched(patch, chain: chain, offset: start, baseByteCount: end - start)
  }
}

extension ChunkTask {
  /// The decision, or one that takes less.
  func smallest(of decision: ChunkDecision) throws(StoreError) -> ChunkDecision {
    let text: ChunkDecision? = profile == .contentDefined ? .full : nil
    let candidates = [decision, text, try shift.patch(bytes, at: offset)].compactMap(\.self)
    guard candidates.count > 1 else { return decision }
    let byteCounts = candidates.map { $0.compressedByteCount(of: self) }
    return zip(candidates, byteCounts).min { $0.1 < $1.1 }?.0 ?? decision
  }
}

extension ChunkDecision {
  /// About what the chunk takes in its pack. Content-defined chunks share large frames, in which they take half of what
  /// each would alone (measured on pickled tables).
  func compressedByteCount(of task: ChunkTask) -> Int {
    switch self {
    case .same, .found: 0
    case .patched(let patch, _, _, _): patch.compressedByteCount
    case .full: Zstd.estimate(task.bytes.rawSpan) / (task.profile == .contentDefined ? 2 : 1)
    }
  }

  /// Whether what stands in the same place of the base was of little use.
  package func isPoor(for task: ChunkTask) -> Bool {
    switch self {
    case .same, .found: false
    case .patched(let patch, _, _, _): task.profile == .contentDefined && !patch.isSmall(for: task.bytes.count)
    // Behind the end of the base there may stand what has moved there.
    case .full: !task.bases.isEmpty || task.shift.isReady
    }
  }
}
