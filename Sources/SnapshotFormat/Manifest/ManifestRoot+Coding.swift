package import Primitives

extension ManifestRoot {
  /// The object and its digest, to be written at `manifests/<name>`.
  package func encode(named name: UniqueName) -> SealedObject.Encoded {
    var packs = PackTable()
    var lists = (files: ByteWriter(), support: ByteWriter(), producers: ByteWriter(), owners: ByteWriter())
    files.write(to: &lists.files, packs: &packs)
    support.write(to: &lists.support, packs: &packs)
    vectors?.producers.write(to: &lists.producers, packs: &packs)
    owners?.write(to: &lists.owners, packs: &packs)
    var sections = SectionWriter()
    sections.section(1) { writeIdentity(to: &$0) }
    sections.section(2) { totals.write(to: &$0) }
    if let parent {
      sections.section(3, required: false) {
        $0.integer(parent.version)
        $0.uniqueName(parent.name)
        $0.digest(parent.digest)
      }
    }
    sections.section(4) {
      $0.integer(UInt16(packs.names.count))
      for name in packs.names { $0.uniqueName(name) }
    }
    sections.section(5) { $0.append(lists.files.bytes) }
    sections.section(6) { $0.append(lists.support.bytes) }
    if let vectors {
      sections.section(7) { $0.append(lists.producers.bytes) }
      sections.section(8) { vectors.writeSchema(to: &$0) }
    }
    if owners != nil { sections.section(9, required: false) { $0.append(lists.owners.bytes) } }
    if let clock = vectors?.greatestClock { sections.section(10, required: false) { $0.integer(clock.value) } }
    return SealedObject.encode(.manifest, named: .manifest(name), writers: writers, sections: sections)
  }

  private func writeIdentity(to output: inout ByteWriter) {
    output.string(collection.string)
    output.integer(version)
    output.integer(kind.rawValue)
    output.timestamp(created)
    output.integer(intent.value)
    output.string(message)
  }

  /// Reads the root found at `manifests/<name>`.
  ///
  /// - Parameter expected: the digest that the head records for it.
  package static func decode(
    _ bytes: RawSpan, named name: UniqueName, expected: Digest?
  ) throws(FormatError) -> ManifestRoot {
    guard bytes.byteCount <= Limits.rootByteCount else {
      throw .beyondLimit("manifest root", "\(bytes.byteCount) bytes where \(Limits.rootByteCount) are allowed")
    }
    return try SealedObject.decode(
      bytes, type: .manifest, named: .manifest(name), of: "manifest root", expected: expected
    ) { sections throws(FormatError) in try ManifestRoot(sections: &sections) }
  }

  private init(sections: inout SectionReader) throws(FormatError) {
    writers = sections.writers
    let identity = try sections.required(1) { input throws(FormatError) in try Identity(from: &input) }
    collection = identity.collection
    version = identity.version
    created = identity.created
    intent = identity.intent
    message = identity.message
    totals = try sections.required(2) { input throws(FormatError) in try Totals(from: &input) }
    parent = try sections.optional(3) { input throws(FormatError) in
      Parent(version: try input.integer(), name: try input.uniqueName(), digest: try input.digest())
    }
    let packs = try sections.required(4) { input throws(FormatError) -> [UniqueName] in
      var names: [UniqueName] = []
      for _ in 0..<(try input.count(UInt16.self, width: 16, limit: 3 * Limits.referencesInNode)) {
        names.append(try input.uniqueName())
      }
      return names
    }
    files = try sections.required(5) { input throws(FormatError) in
      try ReferenceList(from: &input, packs: packs, allowsEmpty: false)
    }
    support = try sections.required(6) { input throws(FormatError) in
      try ReferenceList(from: &input, packs: packs, allowsEmpty: true)
    }
    var vectors = try ManifestRoot.vectors(identity.kind, &sections, packs: packs)
    owners = try sections.optional(9) { input throws(FormatError) in
      guard identity.kind == .tree else { throw input.damaged("owners of a collection that is no tree") }
      return try ReferenceList(from: &input, packs: packs, allowsEmpty: false)
    }
    // Read also where there is nothing to put it in: it must not be there then.
    let greatestClock = try sections.optional(10) { input throws(FormatError) in
      guard identity.kind == .vectors else { throw input.damaged("a clock of a collection without records") }
      return HybridClock(try input.integer())
    }
    vectors?.greatestClock = greatestClock
    self.vectors = vectors
  }

  private static func vectors(
    _ kind: CollectionKind, _ sections: inout SectionReader, packs: [UniqueName]
  ) throws(FormatError) -> Vectors? {
    guard kind == .vectors else { return nil }
    let producers = try sections.required(7) { input throws(FormatError) in
      try ReferenceList(from: &input, packs: packs, allowsEmpty: false)
    }
    return try sections.required(8) { input throws(FormatError) in try Vectors(schema: &input, producers: producers) }
  }

  private struct Identity {
    let collection: CollectionName
    let version: UInt64
    let kind: CollectionKind
    let created: Timestamp
    let intent: IntentIdentifier
    let message: String

    init(from input: inout ByteReader) throws(FormatError) {
      guard let collection = CollectionName(try input.string(limit: CollectionName.byteCountMax)) else {
        throw input.damaged("a collection's name")
      }
      self.collection = collection
      version = try input.integer()
      let rawKind: UInt8 = try input.integer()
      guard let kind = CollectionKind(rawValue: rawKind) else {
        throw .unsupported("manifest root", "collection kind \(rawKind) is not known")
      }
      self.kind = kind
      created = try input.timestamp()
      intent = IntentIdentifier(value: try input.integer())
      message = try input.string(limit: Limits.messageByteCount)
    }
  }
}

extension ManifestRoot.Totals {
  fileprivate func write(to output: inout ByteWriter) {
    output.digest(contentHash)
    for count in [files, directories, links, bytes, chunks, records, deleted] { output.integer(count) }
  }

  fileprivate init(from input: inout ByteReader) throws(FormatError) {
    contentHash = try input.digest()
    files = try input.integer()
    directories = try input.integer()
    links = try input.integer()
    bytes = try input.integer()
    chunks = try input.integer()
    records = try input.integer()
    deleted = try input.integer()
  }
}

extension ManifestRoot.Vectors {
  fileprivate func writeSchema(to output: inout ByteWriter) {
    output.integer(dimension)
    output.integer(UInt8(1))
    output.string(leastId)
    output.string(greatestId)
  }

  fileprivate init(schema input: inout ByteReader, producers: ReferenceList) throws(FormatError) {
    self.producers = producers
    dimension = try input.integer()
    let elementType: UInt8 = try input.integer()
    guard elementType == 1 else { throw .unsupported("manifest root", "element type \(elementType) is not supported") }
    leastId = try input.string(limit: 1_024)
    greatestId = try input.string(limit: 1_024)
  }
}
