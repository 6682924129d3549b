package import Primitives
package import SnapshotFormat

/// A chunk, and how it came of a chunk of the local source.
package struct RebuiltChunk: Sendable {
  package let bytes: [UInt8]
  /// Nil: it was not made of one whole local chunk by one sparse patch.
  package let changes: Changes?

  /// Where a chunk differs from the one it was made of.
  package struct Changes: Sendable, Equatable {
    package let base: Digest
    /// Of the chunk: ascending; what lies closer together than a page is joined.
    package private(set) var ranges: [Range<Int>] = []

    /// A write of one page costs less than a second call.
    private static let gapByteCountMax = 4_095

    init(base: Digest) {
      self.base = base
    }

    mutating func add(_ range: Range<Int>) {
      guard let last = ranges.last, range.lowerBound - last.upperBound <= Changes.gapByteCountMax else {
        return ranges.append(range)
      }
      ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
    }
  }

  init(_ bytes: [UInt8], changes: Changes? = nil) {
    self.bytes = bytes
    self.changes = changes
  }
}

extension ChunkReader {
  /// Several chunks, verified at once, each with what tells it from the local chunk it was made of: whoever has that
  /// one in a file need not write, nor read again, what both have.
  ///
  /// - Throws: as `chunk(_:support:)` does.
  package func rebuiltChunks(
    _ references: [Reference], support: SupportTable
  ) throws(StoreError) -> [RebuiltChunk] {
    let found = try references.map { reference throws(StoreError) in
      try undamaged { () throws(StoreError) in try rebuiltChunk(reference, support) }
    }
    var chunks: [RebuiltChunk] = []
    for (index, digest) in Digest.ofEach(found.map { $0?.bytes ?? [] }).enumerated() {
      let reference = references[index]
      if digest == reference.id, let chunk = found[index] {
        chunks.append(chunk)
      } else {
        chunks.append(RebuiltChunk(try chunk(reference, support: support)))
      }
    }
    return chunks
  }

  private func rebuiltChunk(_ reference: Reference, _ support: SupportTable) throws(StoreError) -> RebuiltChunk {
    if let bytes = local.chunk(reference.id, byteCount: reference.byteCount) { return RebuiltChunk(bytes) }
    guard reference.form == .sparsePatch, let base = reference.base, base.slots.count == 1, base.offset == 0 else {
      return RebuiltChunk(try rebuilt(reference, support, local, nil))
    }
    let part = try support.reference(base.slots[0], below: reference)
    guard base.byteCount == part.byteCount, let bytes = local.chunk(part.id, byteCount: part.byteCount) else {
      return RebuiltChunk(try rebuilt(reference, support, local, nil))
    }
    var changes = RebuiltChunk.Changes(base: part.id)
    let chunk = try patched(reference, bytes) { changes.add($0) }
    return RebuiltChunk(chunk, changes: changes)
  }
}
