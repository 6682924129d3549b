package import Primitives
package import SnapshotFormat

/// A manifest that is durable and that no head names yet.
package struct WrittenManifest: Sendable {
  package let name: UniqueName
  package let digest: Digest
  package let byteCount: Int
  package let root: ManifestRoot
  package let statistics: WriteStatistics

  package var contentHash: Digest { root.totals.contentHash }
}

extension SnapshotWriter {
  /// What a root says besides its tree.
  package struct Description: Sendable {
    package let collection: CollectionName
    package let version: UInt64
    package let message: String
    package var parent: ManifestRoot.Parent?
    /// Nil for a tree.
    package var vectors: Vectors?

    package struct Vectors: Sendable {
      package let producers: [ProducerRow]
      package let dimension: UInt32
      package let records: UInt64
      package let deleted: UInt64
      package let leastId: String
      package let greatestId: String
      package let greatestClock: HybridClock?

      package init(
        producers: [ProducerRow], dimension: UInt32, records: UInt64, deleted: UInt64, leastId: String,
        greatestId: String, greatestClock: HybridClock? = nil
      ) {
        self.greatestClock = greatestClock
        self.producers = producers
        self.dimension = dimension
        self.records = records
        self.deleted = deleted
        self.leastId = leastId
        self.greatestId = greatestId
      }
    }

    package init(
      collection: CollectionName, version: UInt64, message: String, parent: ManifestRoot.Parent? = nil,
      vectors: Vectors? = nil
    ) {
      self.collection = collection
      self.version = version
      self.message = message
      self.parent = parent
      self.vectors = vectors
    }
  }

  /// The content hash of all that was added. Nothing can be added afterwards.
  package func finishTree() throws(StoreError) -> Digest {
    try processWindow()
    try plainChunks.close()
    try textChunks.close()
    try patches.flush()
    try chunkList.drain()
    totals.contentHash = contentHash.finish()
    contentHash = ContentHashBuilder()
    return totals.contentHash
  }

  /// Whether the base has the same owners, or neither has any.
  ///
  /// - Precondition: `finishTree` was called.
  package func hasOwnersOfBase() throws(StoreError) -> Bool {
    guard let owners else { return base?.root.owners == nil }
    return try owners.end()
  }

  /// Writes pages, packs and the root, in this order, each durable before the next (formats/store.md §4).
  ///
  /// - Precondition: `finishTree` was called.
  package func finish(_ description: Description) throws(StoreError) -> WrittenManifest {
    let filesList = try files.finish()
    let ownersList = try finishOwners()
    let vectors = try vectors(description.vectors)
    let supportList = try finishSupport()
    try packs.flush()
    let root = ManifestRoot(
      collection: description.collection, version: description.version, created: context.created,
      intent: context.intent, message: description.message, totals: totals, parent: description.parent,
      files: filesList, support: supportList, vectors: vectors, owners: ownersList)
    let name = UniqueName(intent: context.intent, random: AnyRandomSource(context.random))
    let object = root.encode(named: name)
    guard object.bytes.count <= Limits.rootByteCount else {
      throw .invalid("the manifest root has \(object.bytes.count) bytes, more than the format allows")
    }
    try context.tier.createFresh(.manifest(name), object.bytes)
    statistics.bytesStored = packs.storedByteCount + UInt64(object.bytes.count)
    return WrittenManifest(
      name: name, digest: object.digest, byteCount: object.bytes.count, root: root, statistics: statistics)
  }

  private func vectors(_ vectors: Description.Vectors?) throws(StoreError) -> ManifestRoot.Vectors? {
    guard let vectors else { return nil }
    totals.records = vectors.records
    totals.deleted = vectors.deleted
    var written: [PendingReference] = []
    for start in stride(from: 0, to: vectors.producers.count, by: Limits.producersInPage) {
      let rows = vectors.producers[start..<min(start + Limits.producersInPage, vectors.producers.count)]
      written.append(try pages.write(Page.encode(producers: Array(rows)), replacing: nil))
    }
    return ManifestRoot.Vectors(
      producers: try pages.list(of: written), dimension: vectors.dimension, leastId: vectors.leastId,
      greatestId: vectors.greatestId, greatestClock: vectors.greatestClock)
  }

  private func finishOwners() throws(StoreError) -> ReferenceList? {
    guard let owners else { return nil }
    _ = try owners.end()
    return try owners.finish()
  }

  private func finishSupport() throws(StoreError) -> ReferenceList {
    var list: [PendingReference] = []
    try support.finish { change throws(StoreError) in
      switch change {
      case .kept(let reference): list.append(PendingReference(reference))
      case .written(let entries): list.append(try pages.writeInFull(Page.encode(.support, references: entries)))
      }
    }
    try pages.flush()
    while let last = list.last, last.reference == nil { list.removeLast() }
    return try pages.list(of: list)
  }
}
