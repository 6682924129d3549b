internal import Catalog
internal import ObjectTier
package import Primitives
internal import SnapshotFormat
package import SnapshotStore

/// A collection of vectors in a store: deltas come in, compaction makes versions of them, readers look at both.
///
/// - Deltas and heads are read from the origin; segments through the cache, where there is one.
/// - A version is published by `SnapshotStore.commit` alone; a delta counts from its own create on.
package struct VectorStore: Sendable {
  package struct Settings: Sendable {
    /// Where segments are put while they are written or read: files without a name, gone with the process.
    package var temporaryDirectory: String
    package var plan = CompactionPlan.Limits()
    package var log = DeltaLog.Configuration()
    /// What this process knows of the collections it appends to.
    package var memory = AppendMemory()
    /// At which size the next segment is begun.
    package var segmentByteCountAim = 32 << 20
    /// What chunks of segments share of a frame at most.
    package var chunkFrameByteCount = 64 << 10
    /// Chunks of segments on a tier that are kept, by a reader that reads there.
    package var chunkCacheByteCount = 16 << 20
    /// And pages of references to such chunks.
    package var pageCacheCount = 32
    /// How many bytes of pending deltas a reader takes in; also what their rows may take in memory.
    package var overlayByteCountMax: UInt64 = 256 << 20
    /// At what size of its rows in memory a compaction takes no further delta; also what rows near the limit of what a
    /// row may have take besides.
    package var tableByteCountMax = 64 << 20
    /// For how long deletions, and changes of what is not there, are kept; nil: for ever.
    package var tombstoneRetentionMilliseconds: Int64?
    /// How a compaction takes the lease of its collection; nil: it takes none.
    package var lease: LeaseUse?
    /// How often a reader starts over because a compaction took deltas away meanwhile.
    package var overlayAttemptCountMax = 8

    package init(temporaryDirectory: String) {
      self.temporaryDirectory = temporaryDirectory
      plan.deltaByteCount = 32 << 20
    }
  }

  package let store: SnapshotStore
  package let collection: CollectionName
  package let settings: Settings

  package init(_ store: SnapshotStore, _ collection: CollectionName, settings: Settings) {
    self.store = store
    self.collection = collection
    self.settings = settings
  }

  var sequences: HeadSequences { HeadSequences(self) }

  func log(_ schema: VectorSchema) -> DeltaLog {
    DeltaLog(
      tier: store.catalog.origin, collection: collection, schema: schema, compacted: sequences,
      clock: store.settings.wallClock, configuration: settings.log, memory: settings.memory)
  }

  /// The log, to list what is there: that does not depend on the schema.
  var listing: DeltaLog { log(VectorSchema(dimension: 0)) }

  /// What deltas must be like to be taken in now.
  func admission(_ schema: VectorSchema, _ state: CompactedState) -> DeltaAdmission {
    DeltaAdmission(schema: schema, oldestRecord: state.oldestRecord)
  }

  /// How far ahead of the clock here they may be.
  var clockBound: ClockBound {
    ClockBound(now: store.settings.wallClock.now(), aheadMaxMilliseconds: settings.log.clockSkewMaxMilliseconds)
  }

  /// The manifest of a head's newest version, nil before the first.
  func manifest(of head: Head) throws(StoreError) -> ManifestReader? {
    guard let row = head.newestRow else { return nil }
    return try store.manifest(row)
  }

  /// The head, of a collection that must be one of vectors.
  func head() throws(StoreError) -> Head {
    let head = try store.head(of: collection)
    guard head.kind == .vectors else { throw .catalog(.registeredAs(collection, .tree)) }
    return head
  }
}

extension StoreError {
  /// How a failing log looks to those who compact and read.
  init(_ error: DeltaLogError, in tier: any ObjectTier) {
    switch error {
    case .tier(let error): self = .tier(error)
    case .damaged(let key, let format): self = .damage(format, of: key, in: tier.location)
    case .outcomeUnknown(let key, let reason):
      self = .tier(TierError(.outcomeUnknown, key: key, location: tier.location, reason: reason))
    case .damage(let damage): self = .damage(damage)
    case .head(let reason), .refused(let reason): self = .invalid(reason)
    case .conflict, .gap, .tooLate, .clockAhead, .contended: self = .invalid("\(error)")
    }
  }
}

extension VectorStore {
  func catching<Value>(_ body: () throws(DeltaLogError) -> Value) throws(StoreError) -> Value {
    do throws(DeltaLogError) { return try body() } catch { throw StoreError(error, in: store.catalog.origin) }
  }
}
