package import Primitives

/// What a collection is a line of.
package enum CollectionKind: UInt8, Sendable {
  case tree = 1
  case vectors = 2
}

/// The root of a manifest (formats/manifest.md §1): small, sealed, and all that a head has to name.
package struct ManifestRoot: Sendable, Equatable {
  package struct Parent: Sendable, Equatable {
    package let version: UInt64
    package let name: UniqueName
    package let digest: Digest

    package init(version: UInt64, name: UniqueName, digest: Digest) {
      self.version = version
      self.name = name
      self.digest = digest
    }
  }

  package struct Totals: Sendable, Equatable {
    package var contentHash: Digest = .zero
    package var files: UInt64 = 0
    package var directories: UInt64 = 0
    package var links: UInt64 = 0
    package var bytes: UInt64 = 0
    package var chunks: UInt64 = 0
    package var records: UInt64 = 0
    package var deleted: UInt64 = 0

    package init() {}

    /// Entries of all files pages. Of a root from outside it may be any number.
    package var entries: UInt64 { files &+ directories &+ links }
  }

  /// What only a collection of vectors has.
  package struct Vectors: Sendable, Equatable {
    package let producers: ReferenceList
    package let dimension: UInt32
    package let leastId: String
    package let greatestId: String
    /// Of all operations that were compacted; nil where an older program wrote it.
    package internal(set) var greatestClock: HybridClock?

    package init(
      producers: ReferenceList, dimension: UInt32, leastId: String, greatestId: String,
      greatestClock: HybridClock? = nil
    ) {
      self.greatestClock = greatestClock
      self.producers = producers
      self.dimension = dimension
      self.leastId = leastId
      self.greatestId = greatestId
    }
  }

  package let collection: CollectionName
  package let version: UInt64
  package let created: Timestamp
  package let intent: IntentIdentifier
  package let message: String
  package let totals: Totals
  package let parent: Parent?
  package let files: ReferenceList
  package let support: ReferenceList
  /// Nil for a tree.
  package let vectors: Vectors?
  /// What it asks of those who build upon the version.
  package internal(set) var writers = WriterRequirement.none
  /// Owners pages, of a tree whose owners were recorded; else nil.
  package let owners: ReferenceList?

  package var kind: CollectionKind { vectors == nil ? .tree : .vectors }

  package init(
    collection: CollectionName, version: UInt64, created: Timestamp, intent: IntentIdentifier, message: String,
    totals: Totals, parent: Parent?, files: ReferenceList, support: ReferenceList, vectors: Vectors?,
    owners: ReferenceList? = nil
  ) {
    self.collection = collection
    self.version = version
    self.created = created
    self.intent = intent
    self.message = message
    self.totals = totals
    self.parent = parent
    self.files = files
    self.support = support
    self.vectors = vectors
    self.owners = owners
  }
}
