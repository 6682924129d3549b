package import Primitives
package import SnapshotFormat

/// Where a chunk may be had without reading the store: a local copy, a page kept from before.
///
/// What it gives is checked like any other bytes.
package protocol ChunkSource: Sendable {
  /// Nil when it has none of that id, or cannot read it.
  func chunk(_ id: Digest, byteCount: Int) -> [UInt8]?
}

/// No chunks.
package struct NoChunkSource: ChunkSource {
  package init() {}
  package func chunk(_ id: Digest, byteCount: Int) -> [UInt8]? { nil }
}

/// Rebuilds chunks from what packs hold.
///
/// Every chunk it returns has the byte count and the SHA-256 of its reference. Bytes that do not verify are read once
/// more where the tier has another copy; then they are damage.
package final class ChunkReader: Sendable {
  package let frames: FrameSource
  let local: any ChunkSource

  package init(frames: FrameSource, local: any ChunkSource = NoChunkSource()) {
    self.frames = frames
    self.local = local
  }

  /// The chunk that `reference` names, verified.
  ///
  /// Bytes of the local source come first; where they lead to something that does not verify, the store is read
  /// instead.
  ///
  /// - Throws: `.damage` naming the pack, the chunk and the offset of its frame.
  package func chunk(_ reference: Reference, support: SupportTable) throws(StoreError) -> [UInt8] {
    if let bytes = try? verified(reference, support, from: local) { return bytes }
    do throws(StoreError) {
      return try verified(reference, support, from: NoChunkSource())
    } catch {
      // Once more in any case: another thread may have set the cache's bad copy aside just now.
      guard case .damage = error else { throw error }
      try distrust(reference, support)
      return try verified(reference, support, from: NoChunkSource())
    }
  }

  /// Several chunks, verified at once: faster than one after the other.
  ///
  /// - Throws: as `chunk(_:support:)` does.
  package func chunks(_ references: [Reference], support: SupportTable) throws(StoreError) -> [[UInt8]] {
    try rebuiltChunks(references, support: support).map(\.bytes)
  }

  /// What `rebuild` gives; nil where what a chunk is rebuilt from is damaged.
  func undamaged<Chunk>(_ rebuild: () throws(StoreError) -> Chunk) throws(StoreError) -> Chunk? {
    do throws(StoreError) {
      return try rebuild()
    } catch {
      guard case .damage = error else { throw error }
      return nil
    }
  }

  /// Distrusts every pack the chunk was rebuilt from.
  private func distrust(_ reference: Reference, _ support: SupportTable) throws(StoreError) {
    frames.distrust(reference.place)
    for slot in reference.base?.slots ?? [] {
      try distrust(support.reference(slot, below: reference), support)
    }
  }

  private func verified(
    _ reference: Reference, _ support: SupportTable, from local: some ChunkSource
  ) throws(StoreError) -> [UInt8] {
    let bytes = try unverified(reference, support, local)
    try check(reference, Digest.of(bytes.rawSpan))
    return bytes
  }

  /// - Throws: `.damage` where a chunk does not have the digest its reference gives.
  package func check(_ reference: Reference, _ actual: Digest) throws(StoreError) {
    guard actual == reference.id else {
      throw damage(reference, .mismatch("chunk", expected: reference.id, actual: actual))
    }
  }

  /// Is given each chunk that a chain passes through, unverified.
  package typealias Link = (Reference, [UInt8]) -> Void

  /// The chunk that `reference` names, not verified.
  ///
  /// - Parameter passed: is given every chunk the chain passes through, base first.
  package func unverified(
    _ reference: Reference, _ support: SupportTable, passed: Link = { _, _ in }
  ) throws(StoreError) -> [UInt8] {
    try withoutActuallyEscaping(passed) { passed throws(StoreError) in
      try unverified(reference, support, NoChunkSource(), passed)
    }
  }

  private func unverified(
    _ reference: Reference, _ support: SupportTable, _ local: some ChunkSource, _ passed: Link? = nil
  ) throws(StoreError) -> [UInt8] {
    if let bytes = local.chunk(reference.id, byteCount: reference.byteCount) { return bytes }
    return try rebuilt(reference, support, local, passed)
  }

  func rebuilt(
    _ reference: Reference, _ support: SupportTable, _ local: some ChunkSource, _ passed: Link?
  ) throws(StoreError) -> [UInt8] {
    guard let base = reference.base else {
      let (frame, form) = try form(of: reference)
      return Array(frame.raw[form])
    }
    return try patched(reference, try baseBytes(base, of: reference, support, local, passed))
  }

  /// The frame that holds the form of a chunk, and where in it.
  private func form(of reference: Reference) throws(StoreError) -> (FrameDecoder.Frame, Range<Int>) {
    let frame = try frames.frame(at: reference.place)
    let form = reference.place.formOffset..<(reference.place.formOffset + reference.place.formByteCount)
    guard form.upperBound <= frame.raw.count else {
      throw damage(reference, .damaged("frame", "it ends before the chunk's form"))
    }
    return (frame, form)
  }

  /// The chunk that its patch makes of `base`.
  ///
  /// - Parameter changed: is given what a sparse patch changes, run by run.
  func patched(
    _ reference: Reference, _ base: consuming [UInt8], changed: (Range<Int>) -> Void = { _ in }
  ) throws(StoreError) -> [UInt8] {
    let (frame, form) = try form(of: reference)
    do throws(FormatError) {
      return try reference.patched(base, by: frame.raw.rawSpan.extracting(form), changed: changed)
    } catch {
      throw damage(reference, error)
    }
  }

  private func baseBytes(
    _ base: Reference.Base, of reference: Reference, _ support: SupportTable, _ local: some ChunkSource,
    _ passed: Link?
  ) throws(StoreError) -> [UInt8] {
    var bytes: [UInt8] = []
    for slot in base.slots {
      let part = try support.reference(slot, below: reference)
      let chunk = try unverified(part, support, local, passed)
      passed?(part, chunk)
      if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
    }
    guard base.offset <= bytes.count, base.byteCount <= bytes.count - base.offset else {
      throw damage(reference, .damaged("reference", "the base range lies outside the base"))
    }
    if base.offset == 0, base.byteCount == bytes.count { return bytes }
    return Array(bytes[base.offset..<(base.offset + base.byteCount)])
  }

  private func damage(_ reference: Reference, _ error: FormatError) -> StoreError {
    var damage = Damage(error, of: .pack(reference.place.pack), in: frames.location, chunk: reference.id)
    damage.offset = reference.place.frameOffset
    return .damage(damage)
  }
}

extension Reference {
  /// The chunk that its patch makes of its base.
  fileprivate func patched(
    _ base: consuming [UInt8], by patch: RawSpan, changed: (Range<Int>) -> Void
  ) throws(FormatError) -> [UInt8] {
    switch form {
    case .sparsePatch: return try SparsePatch.apply(patch, base: base, byteCount: byteCount, changed: changed)
    case .prefixPatch: return try PrefixPatch.apply(patch, base: base.rawSpan, byteCount: byteCount)
    case .full: throw .damaged("reference", "a full form with a base")
    }
  }
}
