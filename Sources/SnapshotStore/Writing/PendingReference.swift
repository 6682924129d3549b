package import Primitives
package import SnapshotFormat

/// A reference whose frame may not be placed yet.
package final class PendingReference {
  package private(set) var reference: Reference?

  /// A reference that is known.
  package init(_ reference: Reference? = nil) {
    self.reference = reference
  }

  package func resolve(_ reference: Reference) {
    self.reference = reference
  }
}

/// How a chunk is to be stored, before it is known where.
package struct ChunkDraft: Sendable {
  package let id: Digest
  package let byteCount: Int
  package let form: ChunkForm
  /// The bytes of the form.
  package let bytes: [UInt8]
  package let chainDepth: Int
  package let chainByteCount: Int
  package let base: Reference.Base?

  /// A chunk in full.
  package init(id: Digest, full bytes: [UInt8]) {
    self.init(id: id, byteCount: bytes.count, form: .full, bytes: bytes, chainDepth: 0, chainByteCount: 0, base: nil)
  }

  package init(
    id: Digest, byteCount: Int, form: ChunkForm, bytes: [UInt8], chainDepth: Int, chainByteCount: Int,
    base: Reference.Base?
  ) {
    self.id = id
    self.byteCount = byteCount
    self.form = form
    self.bytes = bytes
    self.chainDepth = chainDepth
    self.chainByteCount = chainByteCount
    self.base = base
  }
}

/// Collects forms of one kind into a frame, and resolves their references when it is placed.
package final class FrameGroup {
  private let kind: FrameKind
  private let rawByteCountMax: Int
  private let packs: PackWriter
  private var raw: [UInt8] = []
  private var entries: [FrameEntry] = []
  private var pending: [(draft: Meta, reference: PendingReference)] = []

  private struct Meta {
    let chainDepth: Int
    let chainByteCount: Int
    let base: Reference.Base?
  }

  package init(kind: FrameKind, rawByteCountMax: Int, packs: PackWriter) {
    self.kind = kind
    self.rawByteCountMax = rawByteCountMax
    self.packs = packs
  }

  /// Adds a form; the frame before it is placed when this one would not fit, or take it past `byteCountMax`.
  package func add(_ draft: ChunkDraft, byteCountMax: Int = .max) throws(StoreError) -> PendingReference {
    let byteCount = raw.count + draft.bytes.count
    if byteCount > min(rawByteCountMax, byteCountMax) || entries.count == Limits.frameEntryCount { try flush() }
    let reference = PendingReference()
    entries.append(
      FrameEntry(
        id: draft.id, formOffset: raw.count, formByteCount: draft.bytes.count, chunkByteCount: draft.byteCount,
        form: draft.form))
    raw += draft.bytes
    let meta = Meta(chainDepth: draft.chainDepth, chainByteCount: draft.chainByteCount, base: draft.base)
    pending.append((meta, reference))
    return reference
  }

  /// Places the frame and resolves the references of all that is in it.
  package func flush() throws(StoreError) {
    guard !entries.isEmpty else { return }
    let place = try packs.append(raw: raw, entries: entries, kind: kind)
    for (entry, waiting) in zip(entries, pending) {
      let place = Reference.Place(
        pack: place.pack, frameOffset: place.offset, frameByteCount: place.byteCount, formOffset: entry.formOffset,
        formByteCount: entry.formByteCount)
      waiting.reference.resolve(
        Reference(
          id: entry.id, byteCount: entry.chunkByteCount, place: place, form: entry.form,
          chainDepth: waiting.draft.chainDepth, chainByteCount: waiting.draft.chainByteCount, base: waiting.draft.base))
    }
    raw.removeAll(keepingCapacity: true)
    entries.removeAll(keepingCapacity: true)
    pending.removeAll(keepingCapacity: true)
  }
}
