internal import Primitives
internal import SnapshotStore
internal import VectorCollections

/// Whether every operation that was announced is accounted for.
public struct Reconciled: Sendable, Equatable {
  /// By name; the empty name stands for all work without one.
  public let runs: [ReconciledRun]
  /// Deltas that should be there, and of which nothing is known; by producer.
  public let missing: [MissingDeltas]
  /// Deltas that do not verify, and that no compaction has set aside yet: their state is `.damaged`.
  public let damaged: [DeltaDescription]
  /// Whether nothing is missing, too much or damaged.
  public let reconciles: Bool
}

/// What became of the operations of one run: appended = applied + superseded + pending + quarantined.
public struct ReconciledRun: Sendable, Equatable {
  /// Its name; not safe to print.
  public let name: String
  /// How many were announced; nil when nothing was.
  public let declared: UInt64?
  /// How many came.
  public let appended: UInt64
  /// How many changed a record when they were compacted.
  public let applied: UInt64
  /// How many were overtaken by newer ones.
  public let superseded: UInt64
  /// How many wait for compaction.
  public let pending: UInt64
  /// How many cannot be used.
  public let quarantined: UInt64
  /// How many were announced and did not come.
  public let missing: UInt64
  /// How many came above what was announced: a delivery that was counted twice, for example.
  public let surplus: UInt64
  /// Whether the sum holds.
  public let reconciles: Bool
}

/// Deltas of a producer of which nothing is known.
public struct MissingDeltas: Sendable, Equatable {
  /// Whose they are.
  public let producer: String
  /// Their numbers, ascending.
  public let sequences: [UInt64]
}

extension SnapshotEngine {
  /// Accounts for every operation that was appended to a collection, counted from the sealed deltas.
  ///
  /// - Throws: `.notFound` when there is no such collection. What is missing is not thrown: look at `reconciles`.
  public func reconcile(_ collection: String) async throws(EngineError) -> Reconciled {
    let name = try Names.collection(collection)
    return try await perform { call throws(EngineError) in
      Reconciled(try call.catching { () throws(StoreError) in try call.vectors(name).reconcile() }, of: name)
    }
  }
}

extension Reconciled {
  fileprivate init(_ reconciliation: Reconciliation, of collection: CollectionName) {
    runs = reconciliation.runs.map { ReconciledRun($0) }
    missing = reconciliation.missing.sorted { $0.key < $1.key }.map {
      MissingDeltas(producer: $0.key.string, sequences: $0.value)
    }
    damaged = reconciliation.damaged.map { DeltaDescription($0, of: collection) }
    reconciles = reconciliation.reconciles
  }
}

extension ReconciledRun {
  fileprivate init(_ run: Reconciliation.Run) {
    self.init(
      name: run.name, declared: run.declared == 0 ? nil : run.declared, appended: run.appended, applied: run.applied,
      superseded: run.superseded, pending: run.pending, quarantined: run.quarantined, missing: run.missing,
      surplus: run.surplus, reconciles: run.reconciles)
  }
}
