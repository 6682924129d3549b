public import Primitives

/// What a collection takes, and what it holds.
public struct CollectionStatistics: Sendable, Equatable {
  /// Chunks of the newest version that are kept in one form.
  public struct Form: Sendable, Equatable {
    /// `full`, `sparsePatch` or `prefixPatch`.
    public let name: String
    /// How many chunks.
    public let chunks: UInt64
    /// Their bytes.
    public let bytes: UInt64
    /// Bytes of what is kept of them, before compression.
    public let formBytes: UInt64
  }

  /// What one version brought.
  public struct Growth: Sendable, Equatable {
    /// The version.
    public let version: UInt64
    /// When it was committed.
    public let created: Timestamp
    /// The bytes of its files.
    public let bytes: UInt64
    /// Bytes that were put into the store for it, its manifest included.
    public let bytesStored: UInt64
  }

  /// What waits for compaction.
  public struct Backlog: Sendable, Equatable {
    /// Deltas that wait.
    public let deltas: UInt64
    /// Their bytes.
    public let bytes: UInt64
    /// Their operations.
    public let operations: UInt64
    /// Deltas that were set aside, or cannot be read.
    public let unusable: UInt64
  }

  /// The collection's name.
  public let collection: String
  /// What it is a line of.
  public let kind: CollectionSummary.Kind
  /// How many versions there are.
  public let versions: UInt64
  /// The bytes of the newest version's files; 0 before the first.
  public let bytesNewest: UInt64
  /// The bytes of the files of all versions.
  public let bytesTotal: UInt64
  /// Bytes that were put into the store for them, manifests included.
  public let bytesStored: UInt64
  /// Chunks of the newest version by form.
  public let forms: [Form]
  /// The longest chain of patches in the newest version.
  public let greatestChainDepth: Int
  /// What each version brought, ascending.
  public let growth: [Growth]
  /// What waits for compaction; nil for a tree.
  public let backlog: Backlog?
  /// What its leases came to; nil when there were none.
  public let locks: LockStatus.Totals?

  /// How many bytes of versions there are for each byte that is stored; nil while nothing is.
  public var dedupeRatio: Double? { bytesStored == 0 ? nil : Double(bytesTotal) / Double(bytesStored) }
}

/// What a store takes.
public struct StoreStatistics: Sendable, Equatable {
  /// How caches served the calls on the store.
  public struct Cache: Sendable, Equatable {
    /// Since when it is counted.
    public let since: Timestamp
    /// What was counted.
    public let service: CacheService
  }

  /// Its collections, or the one that was asked for.
  public let collections: [CollectionStatistics]
  /// All packs of the store.
  public let packs: UInt64
  /// Their bytes.
  public let packBytes: UInt64
  /// Bytes of packs that belong to no version that was looked at: of other collections, of writers at work, of those
  /// that died.
  public let packBytesElsewhere: UInt64
  /// How caches served this host, this call not counted; nil where nothing is known. It is counted in the state
  /// directory, which may be lost.
  public let cache: Cache?
  /// How long it took.
  public let seconds: Double
}
