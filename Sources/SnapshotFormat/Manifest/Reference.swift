package import Primitives

/// What a chunk is, and where and in what form it is kept (formats/manifest.md §2).
///
/// The pack is named here in full; on disk it is an index into the pack table of the page that holds the reference.
package struct Reference: Sendable, Equatable {
  package static let byteCount = 80

  /// Where the form of the chunk stands.
  package struct Place: Sendable, Equatable {
    package let pack: UniqueName
    package let frameOffset: Int
    package let frameByteCount: Int
    /// In the decoded frame.
    package let formOffset: Int
    package let formByteCount: Int

    package init(pack: UniqueName, frameOffset: Int, frameByteCount: Int, formOffset: Int, formByteCount: Int) {
      self.pack = pack
      self.frameOffset = frameOffset
      self.frameByteCount = frameByteCount
      self.formOffset = formOffset
      self.formByteCount = formByteCount
    }
  }

  /// What a patch is built on: a range of the concatenation of up to three chunks of the support list.
  package struct Base: Sendable, Equatable {
    package let slots: [UInt32]
    package let offset: Int
    package let byteCount: Int

    package init(slots: [UInt32], offset: Int, byteCount: Int) {
      self.slots = slots
      self.offset = offset
      self.byteCount = byteCount
    }
  }

  package let id: Digest
  package let byteCount: Int
  package let place: Place
  package let form: ChunkForm
  package let chainDepth: Int
  /// Form byte counts of this patch and of all under it; 0 for a full form.
  package let chainByteCount: Int
  /// Nil for a full form.
  package let base: Base?

  package init(
    id: Digest, byteCount: Int, place: Place, form: ChunkForm = .full, chainDepth: Int = 0, chainByteCount: Int = 0,
    base: Base? = nil
  ) {
    self.id = id
    self.byteCount = byteCount
    self.place = place
    self.form = form
    self.chainDepth = chainDepth
    self.chainByteCount = chainByteCount
    self.base = base
  }
}

/// The packs that the references of one page or root name, by index.
package struct PackTable: Sendable, Equatable {
  package private(set) var names: [UniqueName]
  private var indexes: [UniqueName: UInt16]

  package init(_ names: [UniqueName] = []) {
    self.names = names
    indexes = Dictionary(
      names.enumerated().map { ($0.element, UInt16($0.offset)) }, uniquingKeysWith: { first, _ in first })
  }

  /// The index of a pack, which is added when it is not there yet.
  package mutating func index(of name: UniqueName) -> UInt16 {
    if let index = indexes[name] { return index }
    let index = UInt16(names.count)
    names.append(name)
    indexes[name] = index
    return index
  }
}

extension Reference {
  private static let freeSlot = UInt32.max

  package func write(to output: inout ByteWriter, packs: inout PackTable) {
    output.digest(id)
    for count in [
      byteCount, place.frameOffset, place.frameByteCount, place.formOffset, place.formByteCount, chainByteCount,
    ] {
      output.integer(UInt32(count))
    }
    output.integer(packs.index(of: place.pack))
    output.append([form.rawValue, UInt8(chainDepth)])
    for index in 0..<Limits.baseChunkCount {
      let slots = base?.slots ?? []
      output.integer(index < slots.count ? slots[index] : Reference.freeSlot)
    }
    output.integer(UInt32(base?.offset ?? 0))
    output.integer(UInt32(base?.byteCount ?? 0))
  }

  /// An empty reference: 80 zero bytes, where formats/manifest.md §5 allows it.
  package static func writeEmpty(to output: inout ByteWriter) {
    output.zeros(byteCount)
  }

  /// Reads one reference; nil for an empty one.
  package static func read(from input: inout ByteReader, packs: [UniqueName]) throws(FormatError) -> Reference? {
    let bytes = try input.span(byteCount)
    var isEmpty = true
    for index in 0..<byteCount where unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self) != 0 {
      isEmpty = false
      break
    }
    if isEmpty { return nil }
    var reader = ByteReader(bytes, of: "reference")
    return try Reference(fields: &reader, packs: packs)
  }

  private init(fields input: inout ByteReader, packs: [UniqueName]) throws(FormatError) {
    id = try input.digest()
    byteCount = Int(try input.integer(UInt32.self))
    let frameOffset = Int(try input.integer(UInt32.self))
    let frameByteCount = Int(try input.integer(UInt32.self))
    let formOffset = Int(try input.integer(UInt32.self))
    let formByteCount = Int(try input.integer(UInt32.self))
    chainByteCount = Int(try input.integer(UInt32.self))
    let pack = Int(try input.integer(UInt16.self))
    let rawForm: UInt8 = try input.integer()
    chainDepth = Int(try input.integer(UInt8.self))
    guard pack < packs.count else { throw input.damaged("it names pack \(pack) of \(packs.count)") }
    guard let form = ChunkForm(rawValue: rawForm) else {
      throw .unsupported("reference", "form \(rawForm) is not known")
    }
    self.form = form
    place = Place(
      pack: packs[pack], frameOffset: frameOffset, frameByteCount: frameByteCount, formOffset: formOffset,
      formByteCount: formByteCount)
    base = try Reference.base(&input)
    try check(input)
  }

  private static func base(_ input: inout ByteReader) throws(FormatError) -> Base? {
    var slots: [UInt32] = []
    var ended = false
    for _ in 0..<Limits.baseChunkCount {
      let slot: UInt32 = try input.integer()
      guard slot == freeSlot || !ended else { throw input.damaged("base slots are not in order") }
      if slot == freeSlot { ended = true } else { slots.append(slot) }
    }
    let offset = Int(try input.integer(UInt32.self))
    let byteCount = Int(try input.integer(UInt32.self))
    guard slots.isEmpty else { return Base(slots: slots, offset: offset, byteCount: byteCount) }
    guard offset == 0, byteCount == 0 else { throw input.damaged("a base range without a base") }
    return nil
  }

  private func check(_ input: borrowing ByteReader) throws(FormatError) {
    guard (1...Limits.pageByteCount).contains(byteCount), place.frameOffset <= Limits.packByteCount,
      place.frameByteCount <= Limits.packByteCount - place.frameOffset,
      place.formByteCount <= Limits.frameRawByteCount,
      place.formOffset <= Limits.frameRawByteCount - place.formByteCount
    else { throw .beyondLimit("reference", "a place outside a pack", at: input.offset) }
    switch form {
    case .full:
      guard base == nil, chainDepth == 0, chainByteCount == 0, place.formByteCount == byteCount else {
        throw input.damaged("a full form with a base, or of another byte count")
      }
    case .sparsePatch, .prefixPatch:
      guard let base, (1...Limits.chainDepth).contains(chainDepth), chainByteCount >= place.formByteCount,
        base.byteCount <= Limits.pageByteCount, base.offset <= Limits.baseChunkCount * Limits.pageByteCount
      else { throw input.damaged("a patch without a sound base") }
    }
  }
}
