public import Primitives
internal import SnapshotFormat

/// One version of a collection, as its head tells it.
public struct Snapshot: Sendable, Equatable {
  /// The collection's name.
  public let collection: String
  /// Its number: 1, 2, 3 …
  public let version: UInt64
  /// The digest of its manifest's root.
  public let manifest: Digest
  /// The identity of names, types, modes, link targets and bytes.
  public let contentHash: Digest
  /// When it was committed.
  public let created: Timestamp
  /// What its maker said about it.
  public let message: String
  /// Its tags, ascending.
  public let tags: [String]
  /// What keeps it from retention, ascending by label.
  public let holds: [SnapshotHold]
  /// How many files it has.
  public let files: UInt64
  /// How many records it has; 0 for a tree.
  public let records: UInt64
  /// The bytes of its files.
  public let bytes: UInt64

  init(_ collection: CollectionName, _ row: VersionRow, in head: Head) {
    self.collection = collection.string
    version = row.version
    manifest = row.root.digest
    contentHash = row.contentHash
    created = row.created
    message = row.message
    tags = head.tags(of: row.version).map(\.string)
    holds = head.holds.filter { $0.version == row.version }.map { SnapshotHold(until: $0.until, message: $0.label) }
    files = row.fileCount
    records = row.recordCount
    bytes = row.byteCount
  }
}

/// What keeps a version from retention.
public struct SnapshotHold: Sendable, Equatable {
  /// Until when; nil: until it is released.
  public let until: Timestamp?
  /// Why, in the words of whoever holds it.
  public let message: String
}

/// A collection of a store, and its newest version.
public struct CollectionSummary: Sendable, Equatable {
  /// What a collection is a line of.
  public enum Kind: String, Sendable {
    /// Any directory.
    case tree
    /// Records with ids.
    case vectors
  }

  /// The collection's name.
  public let name: String
  /// What it is a line of.
  public let kind: Kind
  /// Its newest version; nil before the first.
  public let newest: Snapshot?
}
