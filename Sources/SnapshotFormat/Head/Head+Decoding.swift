package import Primitives

extension Head {
  /// Reads the head of `collection` at `revision`, and refuses what is not exactly that.
  package init(decoding bytes: RawSpan, collection: CollectionName, revision: UInt64) throws(FormatError) {
    let name = ObjectKey.head(collection, revision: revision)
    self = try SealedObject.decode(bytes, type: .head, named: name, of: "head") {
      (sections: inout SectionReader) throws(FormatError) in try Head(from: &sections)
    }
    guard self.collection == collection, self.revision == revision else {
      throw .damaged("head", "it says it is revision \(self.revision) of \(self.collection)")
    }
    try check()
  }

  private init(from sections: inout SectionReader) throws(FormatError) {
    self = try sections.required(1) { (input) throws(FormatError) in try Head(identity: &input) }
    writers = sections.writers
    fences = try sections.required(2) { (input) throws(FormatError) in try Fences(from: &input) }
    rows = try sections.required(3) { (input) throws(FormatError) in
      try input.list(UInt16.self, width: VersionRow.byteCountMin, limit: Head.rowCountMax) {
        (input) throws(FormatError) in try VersionRow(from: &input)
      }
    }
    older = try sections.required(4) { (input) throws(FormatError) in
      try input.list(UInt16.self, width: 68) { (input) throws(FormatError) in try OlderVersions(from: &input) }
    }
    tags = try sections.required(5) { (input) throws(FormatError) in
      try input.list(UInt16.self, width: 11, limit: Head.tagCountMax) { (input) throws(FormatError) in
        Tag(try input.tagName(), version: try input.integer())
      }
    }
    holds = try sections.required(6) { (input) throws(FormatError) in
      try input.list(UInt16.self, width: 18, limit: Head.holdCountMax) { (input) throws(FormatError) in
        try Hold(from: &input)
      }
    }
    policy = try sections.required(7) { (input) throws(FormatError) in
      try input.list(UInt16.self, width: 4) { (input) throws(FormatError) in
        PolicyEntry(key: try input.string(), value: try input.string())
      }
    }
    quarantine = try sections.required(8) { (input) throws(FormatError) in
      try input.list(UInt32.self, width: 45) { (input) throws(FormatError) in try QuarantinedDelta(from: &input) }
    }
    schema = try sections.optional(10) { (input) throws(FormatError) in
      try VectorSchema(dimension: input.integer(), elementType: input.integer(), of: "head")
    }
    guard kind == .store else { return }
    collections = try sections.required(9) { (input) throws(FormatError) in
      try input.list(UInt16.self, width: 4, limit: Head.collectionCountMax) { (input) throws(FormatError) in
        RegisteredCollection(try input.collectionName(), kind: try input.collectionKind())
      }
    }
  }

  private init(identity input: inout ByteReader) throws(FormatError) {
    let collection = try input.collectionName()
    let revision: UInt64 = try input.integer()
    let newest: UInt64 = try input.integer()
    self = Head.before(collection, kind: try input.lineKind())
    self.revision = revision
    newestVersion = newest
    action = try input.headAction()
    created = try input.timestamp()
    writeIdentifier = try input.uniqueName()
    intent = try input.intentIdentifier()
  }
}

extension ByteReader {
  /// A count, then as many values that take at least `width` bytes each.
  fileprivate mutating func list<Value, Count: FixedWidthInteger & BitwiseCopyable>(
    _ count: Count.Type, width: Int, limit: Int = .max,
    _ decode: (inout ByteReader) throws(FormatError) -> Value
  ) throws(FormatError) -> [Value] {
    let count = try self.count(Count.self, width: width, limit: limit)
    var values: [Value] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try decode(&self)) }
    return values
  }
}

extension Fences {
  fileprivate init(from input: inout ByteReader) throws(FormatError) {
    gcEpoch = try input.integer()
    leastIntentEpoch = try input.integer()
    leaseToken = try input.integer()
    oldestRecord = try input.integer()
  }
}

extension OlderVersions {
  fileprivate init(from input: inout ByteReader) throws(FormatError) {
    first = try input.integer()
    last = try input.integer()
    object = try SealedReference(from: &input)
  }
}

extension Hold {
  fileprivate init(from input: inout ByteReader) throws(FormatError) {
    version = try input.integer()
    let until = try input.timestamp()
    self.until = until.milliseconds == .max ? nil : until
    label = try input.string()
  }
}

extension QuarantinedDelta {
  fileprivate init(from input: inout ByteReader) throws(FormatError) {
    producer = try input.producerName()
    sequence = try input.integer()
    digest = try input.digest()
    reason = try input.string()
  }
}
