internal import Catalog
internal import ObjectTier
internal import Primitives
internal import SnapshotFormat

extension Verifier {
  private static let pageSize = 1_000

  /// The stored bytes of packs: of all that were referred to, and of all that are there.
  func verifyPacks(listed: Bool) throws(StoreError) {
    for name in packs.sorted(by: { ($0.high, $0.low) < ($1.high, $1.low) }) where try holds(name) {
      try verifyPack(.pack(name), name)
    }
    guard listed else { return }
    try forEachObject(.packs) { key throws(StoreError) in
      guard let name = UniqueName(hex: key.lastComponent), ObjectKey.pack(name) == key else { return }
      if !packs.contains(name) { try verifyPack(key, name) }
    }
  }

  private func verifyPack(_ key: ObjectKey, _ name: UniqueName) throws(StoreError) {
    try check(nil, nil) { () throws(StoreError) in
      try decode(key, limit: Limits.packByteCount) { bytes throws(FormatError) in
        packDigests[name] = try PackReader(bytes, expected: name).digest
      }
    }
  }

  /// Roots and versions objects that no head refers to are still checked: somebody may be about to.
  func verifyListed() throws(StoreError) {
    try forEachObject(.manifests) { key throws(StoreError) in
      guard let name = UniqueName(hex: key.lastComponent) else { return }
      try check(nil, nil) { () throws(StoreError) in
        try decode(key, limit: Limits.rootByteCount) { bytes throws(FormatError) in
          _ = try ManifestRoot.decode(bytes, named: name, expected: nil)
        }
      }
    }
  }

  /// The revisions of a line that a listing tells of, ascending.
  func listedRevisions(of collection: CollectionName, above newest: UInt64) throws(StoreError) -> [UInt64] {
    var revisions: [UInt64] = []
    try forEachObject(.heads(collection), of: store.catalog.origin) { key in
      guard let revision = key.number, revision > newest, ObjectKey.head(collection, revision: revision) == key else {
        return
      }
      revisions.append(revision)
    }
    return revisions
  }

  func verifyIntents(_ collection: CollectionName) throws(StoreError) {
    try forEachObject(.intents(collection), of: store.catalog.origin) { key throws(StoreError) in
      guard let identifier = IntentIdentifier(hex: key.lastComponent) else { return }
      try check(collection, nil) { () throws(StoreError) in
        try decode(key, limit: SealedObject.byteCountMax, of: store.catalog.origin, isOptional: true) {
          bytes throws(FormatError) in
          _ = try Intent(decoding: bytes, collection: collection, identifier: identifier)
        }
      }
    }
  }

  func verifyLeases(_ collection: CollectionName) throws(StoreError) {
    try forEachObject(.leases(collection), of: store.catalog.origin) { key throws(StoreError) in
      guard let token = key.number, ObjectKey.lease(collection, token: token) == key else { return }
      try check(collection, nil) { () throws(StoreError) in
        try decode(key, limit: SealedObject.byteCountMax, of: store.catalog.origin, isOptional: true) {
          bytes throws(FormatError) in
          _ = try Lease(decoding: bytes, collection: collection, token: token)
        }
      }
    }
  }

  func verifyDeltas(_ collection: CollectionName) throws(StoreError) {
    try forEachObject(.deltas(collection), of: store.catalog.origin) { key throws(StoreError) in
      let components = key.string.split(separator: "/")
      guard components.count == 4, key.number != nil else { return }
      try check(collection, nil) { () throws(StoreError) in
        try decode(key, limit: DeltaLimits.byteCount, of: store.catalog.origin, isOptional: true) {
          bytes throws(FormatError) in
          var reader = try DeltaReader(bytes, named: key)
          while try reader.next() != nil {}
        }
      }
    }
  }

  /// Reads an object and lets `decode` judge it. One that vanished since it was listed is no damage when it is
  /// optional.
  private func decode(
    _ key: ObjectKey, limit: Int, of tier: (any ObjectTier)? = nil, isOptional: Bool = false,
    _ decode: (RawSpan) throws(FormatError) -> Void
  ) throws(StoreError) {
    let tier = tier ?? self.tier
    let bytes: [UInt8]
    do throws(TierError) {
      bytes = try tier.read(key, limit: limit)
    } catch {
      if error.kind == .notFound, isOptional { return }
      throw StoreError(error, tier: tier)
    }
    do throws(FormatError) {
      try decode(bytes.rawSpan)
    } catch {
      throw .damage(error, of: key, in: tier.location)
    }
  }

  /// Every object below a prefix, a bounded page of names at a time.
  private func forEachObject(
    _ prefix: ObjectPrefix, of tier: (any ObjectTier)? = nil, _ body: (ObjectKey) throws(StoreError) -> Void
  ) throws(StoreError) {
    var last: ObjectKey?
    while true {
      let page: [ObjectKey]
      do throws(TierError) {
        page = try (tier ?? self.tier).list(prefix, after: last, limit: Verifier.pageSize)
      } catch {
        throw .tier(error)
      }
      for key in page { try body(key) }
      guard page.count == Verifier.pageSize else { return }
      last = page.last
    }
  }
}
