package import Primitives
package import SnapshotFormat

/// Which chunks a manifest has, wherever they stand: for files that were renamed, copied or joined.
///
/// Bounded: beyond `countMax` chunks it stops taking more; what it does not know is stored again, never wrongly found.
package struct ChunkIndex: Sendable {
  private var packs: [UniqueName] = []
  private var packIndexes: [UniqueName: UInt32] = [:]
  private var rows: [Digest: Row] = [:]
  private let countMax: Int

  /// A reference without anything on the heap.
  private struct Row: Sendable {
    let byteCount: UInt32
    let pack: UInt32
    let frameOffset: UInt32
    let frameByteCount: UInt32
    let formOffset: UInt32
    let formByteCount: UInt32
    let chainByteCount: UInt32
    let slots: InlineArray<3, UInt32>
    let baseOffset: UInt32
    let baseByteCount: UInt32
    let form: ChunkForm
    let chainDepth: UInt8
    let slotCount: UInt8
  }

  package init(countMax: Int) {
    self.countMax = countMax
  }

  package mutating func insert(_ reference: Reference) {
    guard rows.count < countMax, rows[reference.id] == nil else { return }
    var slots: InlineArray<3, UInt32> = [0, 0, 0]
    let base = reference.base
    for (index, slot) in (base?.slots ?? []).enumerated() { slots[index] = slot }
    rows[reference.id] = Row(
      byteCount: UInt32(reference.byteCount), pack: packIndex(reference.place.pack),
      frameOffset: UInt32(reference.place.frameOffset), frameByteCount: UInt32(reference.place.frameByteCount),
      formOffset: UInt32(reference.place.formOffset), formByteCount: UInt32(reference.place.formByteCount),
      chainByteCount: UInt32(reference.chainByteCount), slots: slots, baseOffset: UInt32(base?.offset ?? 0),
      baseByteCount: UInt32(base?.byteCount ?? 0), form: reference.form, chainDepth: UInt8(reference.chainDepth),
      slotCount: UInt8(base?.slots.count ?? 0))
  }

  package func reference(_ id: Digest) -> Reference? {
    guard let row = rows[id] else { return nil }
    let place = Reference.Place(
      pack: packs[Int(row.pack)], frameOffset: Int(row.frameOffset), frameByteCount: Int(row.frameByteCount),
      formOffset: Int(row.formOffset), formByteCount: Int(row.formByteCount))
    let slots = (0..<Int(row.slotCount)).map { row.slots[$0] }
    let base =
      slots.isEmpty
      ? nil : Reference.Base(slots: slots, offset: Int(row.baseOffset), byteCount: Int(row.baseByteCount))
    return Reference(
      id: id, byteCount: Int(row.byteCount), place: place, form: row.form, chainDepth: Int(row.chainDepth),
      chainByteCount: Int(row.chainByteCount), base: base)
  }

  private mutating func packIndex(_ name: UniqueName) -> UInt32 {
    if let index = packIndexes[name] { return index }
    let index = UInt32(packs.count)
    packs.append(name)
    packIndexes[name] = index
    return index
  }
}

extension ManifestReader {
  /// The chunks of all files, up to `countMax`.
  package func chunkIndex(countMax: Int) throws(StoreError) -> ChunkIndex {
    var index = ChunkIndex(countMax: countMax)
    try forEachFile { entry throws(StoreError) in
      guard case .file(let file) = entry.content else { return }
      if case .inline(let references) = file.chunks { references.forEach { index.insert($0) } }
      for page in try chunksPages(of: file) { try references(page).forEach { index.insert($0) } }
    }
    return index
  }
}
