package import Primitives

extension Head {
  /// The head that follows this one when `changes` are made to it, in order, under one mark.
  ///
  /// Pure: the same arguments give the same head. It may hold more rows than a head can tell; see `spilled(to:)`.
  /// - Precondition: `changes` is not empty. The first one gives the head its action.
  package func applying(_ changes: [HeadChange], mark: HeadMark) throws(HeadChangeError) -> Head {
    precondition(!changes.isEmpty, "a head is written for a reason")
    guard revision < .max, newestVersion < .max - 1 else { throw .invalid("the line is at its end") }
    var next = self
    next.revision += 1
    next.action = changes[0].action
    next.created = mark.created
    next.writeIdentifier = mark.writeIdentifier
    next.intent = mark.intent
    for change in changes { try next.apply(change) }
    return next
  }

  private mutating func apply(_ change: HeadChange) throws(HeadChangeError) {
    switch change {
    case .register(let collection): try register(collection)
    case .begin: guard revision == 1 else { throw .invalid("only the first head begins a line") }
    case .schema(let schema): try tell(schema)
    case .create(let version), .compact(let version): append(version)
    case .tag(let name, let version): try tag(name, version: version)
    case .tagNewest(let name): try tag(name, version: newestVersion)
    case .untag(let name): try untag(name)
    case .hold(let hold): try keep(hold)
    case .release(let version, let label): try release(version: version, label: label)
    case .policy(let key, let value): setPolicy(key: key, value: value)
    case .quarantine(let deltas): setAside(deltas)
    case .readmit(let deltas): quarantine.removeAll { deltas.contains($0) }
    case .lease(let token): try raiseLease(to: token)
    case .fence(let gcEpoch, let leastIntentEpoch):
      fences.gcEpoch = max(fences.gcEpoch, gcEpoch)
      fences.leastIntentEpoch = max(fences.leastIntentEpoch, leastIntentEpoch)
    case .oldestRecord(let clock): fences.oldestRecord = max(fences.oldestRecord, clock)
    case .retain(let version): try retain(from: version)
    }
  }

  private mutating func append(_ version: NewVersion) {
    newestVersion += 1
    rows.append(
      VersionRow(
        version: newestVersion, root: version.root, contentHash: version.contentHash, created: created,
        fileCount: version.fileCount, recordCount: version.recordCount, byteCount: version.byteCount,
        writeIdentifier: writeIdentifier, message: version.message))
  }

  private mutating func register(_ collection: RegisteredCollection) throws(HeadChangeError) {
    guard kind == .store else { throw .invalid("collections are registered in the store's own line") }
    if let known = collections.first(where: { $0.name == collection.name }) {
      guard known.kind == collection.kind else { throw .registeredAs(known.kind) }
      return
    }
    guard collections.count < Head.collectionCountMax else {
      throw .tooMany("collections", limit: Head.collectionCountMax)
    }
    collections.append(collection)
    collections.sort { $0.name.string.utf8.lexicographicallyPrecedes($1.name.string.utf8) }
  }

  private mutating func tell(_ schema: VectorSchema) throws(HeadChangeError) {
    guard kind == .vectors else { throw .invalid("only vectors have a schema") }
    guard self.schema == nil || self.schema == schema else { throw .invalid("the schema was told before") }
    self.schema = schema
  }

  private mutating func tag(_ name: TagName, version: UInt64) throws(HeadChangeError) {
    guard contains(version: version) else { throw .noSuchVersion(version) }
    tags.removeAll { $0.name == name }
    guard tags.count < Head.tagCountMax else { throw .tooMany("tags", limit: Head.tagCountMax) }
    tags.append(Tag(name, version: version))
    tags.sort { $0.name < $1.name }
  }

  private mutating func untag(_ name: TagName) throws(HeadChangeError) {
    guard version(tagged: name) != nil else { throw .noSuchTag(name) }
    tags.removeAll { $0.name == name }
  }

  private mutating func keep(_ hold: Hold) throws(HeadChangeError) {
    guard contains(version: hold.version) else { throw .noSuchVersion(hold.version) }
    guard hold.label.utf8.count <= Hold.labelByteCountMax, !hold.label.utf8.contains(0) else {
      throw .invalid("the label of a hold has at most \(Hold.labelByteCountMax) bytes, and no NUL")
    }
    holds.removeAll { $0.version == hold.version && $0.label == hold.label }
    guard holds.count < Head.holdCountMax else { throw .tooMany("holds", limit: Head.holdCountMax) }
    holds.append(hold)
    holds.sort()
  }

  private mutating func release(version: UInt64, label: String) throws(HeadChangeError) {
    let before = holds.count
    holds.removeAll { $0.version == version && $0.label == label }
    guard holds.count < before else { throw .noSuchHold(version: version, label: label) }
  }

  private mutating func setPolicy(key: String, value: String?) {
    policy.removeAll { $0.key == key }
    guard let value else { return }
    policy.append(PolicyEntry(key: key, value: value))
    policy.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
  }

  private mutating func setAside(_ deltas: [QuarantinedDelta]) {
    for delta in deltas {
      quarantine.removeAll { $0.producer == delta.producer && $0.sequence == delta.sequence }
      quarantine.append(delta)
    }
    quarantine.sort()
  }

  private mutating func raiseLease(to token: UInt64) throws(HeadChangeError) {
    guard token > fences.leaseToken else { throw .tokenNotAbove(fences.leaseToken) }
    fences.leaseToken = token
  }
}

extension Head {
  /// Drops versions from the front. A versions object goes when all its rows go, so a few may stay longer.
  private mutating func retain(from version: UInt64) throws(HeadChangeError) {
    guard contains(version: version) else { throw .noSuchVersion(version) }
    let protected = (tags.map(\.version) + holds.map(\.version)).min()
    if let protected, protected < version { throw .versionInUse(protected) }
    older.removeAll { $0.last < version }
    if older.isEmpty { rows.removeAll { $0.version < version } }
  }

  /// Whether the head has more rows than it can tell, so that the oldest have to move out.
  package var mustSpill: Bool { rows.count > Head.rowCountMax }
  package static let spillRowCount = 64

  /// The oldest 64 rows as an object of their own, and the head without them. The object must be durable before the
  /// head is created.
  package func spilled(to name: UniqueName) throws(FormatError) -> (head: Head, bytes: [UInt8]) {
    precondition(mustSpill, "only what is too long is cut")
    let moved = Array(rows.prefix(Head.spillRowCount))
    let encoded = try VersionsObject(collection: collection, rows: moved).encoded(named: name)
    let reference = SealedReference(name: name, encoded)
    var head = self
    head.rows.removeFirst(moved.count)
    head.older.append(OlderVersions(first: moved[0].version, last: moved[moved.count - 1].version, object: reference))
    return (head, encoded.bytes)
  }
}
