internal import Catalog
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore
internal import VectorCollections

/// What `compact` came to.
public struct Compacted: Sendable, Equatable {
  /// The newest version; nil when there is none, and nothing that could make one.
  public let snapshot: Snapshot?
  /// Whether nothing waited, and no version was made.
  public let isUnchanged: Bool
  /// Deltas that were taken in.
  public var deltas: Int { taken.count }
  /// What became of each of them; by producer and sequence.
  public let taken: [TakenDelta]
  /// Operations that changed a record.
  public let applied: UInt64
  /// Operations that newer ones had overtaken.
  public let superseded: UInt64
  /// Deltas that were set aside.
  public let quarantined: [DeltaDescription]
  /// Deltas that go on waiting, as `reason` says: because a producer's clock is ahead of this machine's by more than is
  /// allowed, until the clocks agree; because they cannot be used, and no more can be set aside; and what is behind.
  public let held: [DeltaDescription]
  /// Whether deltas are left for the next compaction.
  public let leavesDeltas: Bool
  /// The bytes of the version's files.
  public let bytesTotal: UInt64
  /// Bytes of the chunks that the version before does not have.
  public let bytesChanged: UInt64
  /// Bytes that were put into the store, its manifest included.
  public let bytesStored: UInt64
  /// Chunks that were stored in full.
  public let chunksNew: UInt64
  /// Chunks that were stored as a patch.
  public let chunksPatched: UInt64
  /// How long it took.
  public let seconds: Double
  /// The lease it was made under.
  public let lease: HeldLease?
}

/// What became of a delta that was taken in.
public struct TakenDelta: Sendable, Equatable {
  /// Whose it is.
  public let producer: String
  /// Its number.
  public let sequence: UInt64
  /// The piece of work it belongs to; not safe to print.
  public let run: String
  /// Operations that changed a record.
  public let applied: UInt64
  /// Operations that newer ones had overtaken.
  public let superseded: UInt64
  /// Ids whose changes found no record, in this version or before: they count as applied, and take effect when it
  /// comes.
  public let waiting: UInt64
  /// The first of these ids, ascending, 16 at most; not safe to print.
  public let waitingIdentifiers: [String]
}

extension SnapshotEngine {
  /// Takes what waits into a new version, under the two-phase protocol. Cost follows the deltas.
  ///
  /// All of it happens under the lease of the collection, which is waited for, so that nobody does the same work. What
  /// cannot be used is set aside with its reason, what is too far ahead of this machine's clock goes on waiting, and
  /// the rest is taken. Where another compaction was faster, phase 1 is done again on its version.
  /// - Parameters:
  ///   - deltaCountMax: how many deltas are taken at most; nil: as many as fit.
  ///   - explain: is told what became of each record, one after the other, once the version is committed.
  /// - Throws: `.notFound` when there is no such collection, `.conflict` when others were faster each time, `.locked`
  /// when the lease did not come in time or was taken over.
  public func compact(
    _ collection: String, deltaCountMax: Int? = nil, message: String = "",
    explain: (@Sendable (CompactedRecord) -> Void)? = nil
  ) async throws(EngineError) -> Compacted {
    let name = try Names.collection(collection)
    if let deltaCountMax, deltaCountMax < 1 { throw EngineError(.usage, "at least one delta has to be allowed") }
    return try await perform { call throws(EngineError) in
      let result = try call.catching { () throws(StoreError) in
        try call.vectors(name).compact(
          deltaCountMax: deltaCountMax, message: message, deadline: call.deadline,
          explain: explain.map { tell in { tell(CompactedRecord($0)) } })
      }
      return Compacted(result, result.row.map { Snapshot(name, $0, in: result.head) }, name, seconds: call.seconds)
    }
  }
}

extension Compacted {
  init(
    _ result: CompactionResult, _ snapshot: Snapshot?, _ collection: CollectionName, seconds: Double
  ) {
    let statistics = result.statistics
    self.init(
      snapshot: snapshot, isUnchanged: result.isUnchanged,
      taken: result.deltas.map {
        TakenDelta(
          producer: $0.producer.string, sequence: $0.sequence, run: $0.run, applied: $0.applied,
          superseded: $0.superseded, waiting: $0.waiting.count, waitingIdentifiers: $0.waiting.names.map(\.string))
      },
      applied: result.deltas.reduce(0) { $0 + $1.applied },
      superseded: result.deltas.reduce(0) { $0 + $1.superseded },
      quarantined: result.quarantined.map { DeltaDescription($0, of: collection) },
      held: result.held.map { DeltaDescription($0, of: collection) },
      leavesDeltas: result.leavesDeltas || !result.held.isEmpty, bytesTotal: statistics.bytesTotal,
      bytesChanged: statistics.bytesChanged,
      bytesStored: statistics.bytesStored, chunksNew: statistics.chunksNew, chunksPatched: statistics.chunksPatched,
      seconds: seconds, lease: result.lease.map { HeldLease($0) })
  }
}
