internal import Primitives
package import SnapshotFormat

/// Forms that fill a frame, before it is encoded.
package struct FrameDraft: Sendable {
  package let raw: [UInt8]
  package let entries: [FrameEntry]
  package let kind: FrameKind

  package init(raw: [UInt8], entries: [FrameEntry], kind: FrameKind) {
    self.raw = raw
    self.entries = entries
    self.kind = kind
  }
}

/// Collects forms of one kind into a frame, and resolves their references when it is placed.
package final class FrameGroup {
  private let kind: FrameKind
  private let rawByteCountMax: Int
  private let packs: PackWriter
  private var raw: [UInt8] = []
  private var entries: [FrameEntry] = []
  private var pending: [WaitingForm] = []

  package init(kind: FrameKind, rawByteCountMax: Int, packs: PackWriter) {
    self.kind = kind
    self.rawByteCountMax = rawByteCountMax
    self.packs = packs
  }

  /// Adds a form; the frame before it ends when this one would not fit, or take it past `byteCountMax`.
  package func add(_ draft: ChunkDraft, byteCountMax: Int = .max) throws(StoreError) -> PendingReference {
    let byteCount = raw.count + draft.bytes.count
    if byteCount > min(rawByteCountMax, byteCountMax) || entries.count == Limits.frameEntryCount { try close() }
    let reference = PendingReference()
    entries.append(
      FrameEntry(
        id: draft.id, formOffset: raw.count, formByteCount: draft.bytes.count, chunkByteCount: draft.byteCount,
        form: draft.form))
    raw += draft.bytes
    pending.append(
      WaitingForm(
        reference: reference, chainDepth: draft.chainDepth, chainByteCount: draft.chainByteCount, base: draft.base))
    return reference
  }

  /// Places the frame and resolves the references of all that is in it.
  package func flush() throws(StoreError) {
    try close()
    try packs.place()
  }

  /// Ends the frame. It is placed, and references are resolved, when the packs have enough of them.
  package func close() throws(StoreError) {
    guard !entries.isEmpty else { return }
    let frame = FrameDraft(raw: raw, entries: entries, kind: kind)
    let waiting = pending
    raw.removeAll(keepingCapacity: true)
    entries.removeAll(keepingCapacity: true)
    pending.removeAll(keepingCapacity: true)
    try packs.append(frame) { place in
      for (entry, waiting) in zip(frame.entries, waiting) { waiting.resolve(entry, in: place) }
    }
  }
}

/// A form whose frame is not placed yet.
private struct WaitingForm {
  let reference: PendingReference
  let chainDepth: Int
  let chainByteCount: Int
  let base: Reference.Base?

  func resolve(_ entry: FrameEntry, in place: PackWriter.FramePlace) {
    let place = Reference.Place(
      pack: place.pack, frameOffset: place.offset, frameByteCount: place.byteCount, formOffset: entry.formOffset,
      formByteCount: entry.formByteCount)
    reference.resolve(
      Reference(
        id: entry.id, byteCount: entry.chunkByteCount, place: place, form: entry.form, chainDepth: chainDepth,
        chainByteCount: chainByteCount, base: base))
  }
}
