internal import Primitives

extension CopyState {
  /// The object `.snapctl/state`.
  ///
  /// - Precondition: at most `packCountMax` packs, an origin of at most `originByteCountMax` bytes, a part within the
  /// limits of its patterns.
  package func encoded() -> SealedObject.Encoded {
    var sections = SectionWriter()
    sections.section(1) { output in
      output.uniqueName(store)
      output.string(collection.string)
      version.write(to: &output)
      output.digest(contentHash)
      output.timestamp(synced)
    }
    sections.section(2) { output in
      var table = PackTable(packs)
      output.integer(UInt16(packs.count))
      for pack in packs { output.uniqueName(pack) }
      hints.write(to: &output, packs: &table)
    }
    if let inPlace { sections.section(3) { inPlace.write(to: &$0) } }
    if let tree { sections.section(4) { $0.string(tree) } }
    if let origin { sections.section(5, required: false) { $0.string(origin) } }
    if let part { sections.section(6) { part.write(to: &$0) } }
    return SealedObject.encode(.copyState, named: .copyState, sections: sections)
  }

  package init(decoding bytes: RawSpan) throws(FormatError) {
    self = try SealedObject.decode(bytes, type: .copyState, named: .copyState, of: "copy state") {
      (sections: inout SectionReader) throws(FormatError) in try CopyState(sections: &sections)
    }
  }

  private init(sections: inout SectionReader) throws(FormatError) {
    let source = try sections.required(1) { input throws(FormatError) in try Source(from: &input) }
    let pages = try sections.required(2) { input throws(FormatError) in try Pages(from: &input) }
    let target = try sections.optional(3) { input throws(FormatError) in try Version(from: &input) }
    let tree = try sections.optional(4) { input throws(FormatError) in try CopyState.treePath(from: &input) }
    let origin = try sections.optional(5) { input throws(FormatError) in try CopyState.originPath(from: &input) }
    let part = try sections.optional(6) { input throws(FormatError) in try Part(from: &input) }
    self.init(
      store: source.store, collection: source.collection, version: source.version, contentHash: source.contentHash,
      synced: source.synced, packs: pages.packs, hints: pages.hints, tree: tree)
    inPlace = target
    self.origin = origin
    self.part = part
  }

  private static func originPath(from input: inout ByteReader) throws(FormatError) -> String {
    let path = try input.string(limit: originByteCountMax)
    guard path.hasPrefix("/") else { throw input.damaged("the path of the origin is not absolute") }
    return path
  }

  private static func treePath(from input: inout ByteReader) throws(FormatError) -> String {
    let text = try input.string(limit: treePathByteCountMax)
    guard let path = RelativePath(text), path.components.count == 1 else {
      throw input.damaged("the tree's path leads elsewhere")
    }
    return text
  }

  private struct Source {
    let store: UniqueName
    let collection: CollectionName
    let version: Version
    let contentHash: Digest
    let synced: Timestamp

    init(from input: inout ByteReader) throws(FormatError) {
      store = try input.uniqueName()
      guard let collection = CollectionName(try input.string(limit: CollectionName.byteCountMax)) else {
        throw input.damaged("a collection's name")
      }
      self.collection = collection
      version = try Version(from: &input)
      contentHash = try input.digest()
      synced = try input.timestamp()
    }
  }

  private struct Pages {
    let packs: [UniqueName]
    let hints: ReferenceList

    init(from input: inout ByteReader) throws(FormatError) {
      let count = try input.count(UInt16.self, width: UniqueName.byteCount, limit: packCountMax)
      guard count > 0 else { throw input.damaged("no pack of pages") }
      var packs: [UniqueName] = []
      for _ in 0..<count { packs.append(try input.uniqueName()) }
      self.packs = packs
      hints = try ReferenceList(from: &input, packs: packs, allowsEmpty: false)
    }
  }
}

extension CopyState.Version {
  fileprivate func write(to output: inout ByteWriter) {
    output.integer(number)
    output.uniqueName(root)
    output.digest(digest)
  }

  fileprivate init(from input: inout ByteReader) throws(FormatError) {
    number = try input.integer()
    root = try input.uniqueName()
    digest = try input.digest()
  }
}
