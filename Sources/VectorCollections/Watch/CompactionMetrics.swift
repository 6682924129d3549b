internal import SnapshotStore

/// What compactions came to, added up.
package struct CompactionMetrics: Sendable, Equatable {
  package var looks: UInt64 = 0
  package var compactions: UInt64 = 0
  package var versions: UInt64 = 0
  package var deltas: UInt64 = 0
  package var applied: UInt64 = 0
  package var superseded: UInt64 = 0
  package var quarantined: UInt64 = 0
  package var conflicts: UInt64 = 0
  /// How often another held the lease for longer than it was waited for, or took it over.
  package var locked: UInt64 = 0
  package var tierFailures: UInt64 = 0
  package var lockWaitMilliseconds: UInt64 = 0
  package var lockHoldMilliseconds: UInt64 = 0

  package init() {}

  package init(_ result: CompactionResult) {
    compactions = 1
    versions = result.isUnchanged ? 0 : 1
    deltas = UInt64(result.deltas.count)
    applied = result.deltas.reduce(0) { $0 + $1.applied }
    superseded = result.deltas.reduce(0) { $0 + $1.superseded }
    quarantined = UInt64(result.quarantined.count)
    lockWaitMilliseconds = result.lease?.waitedMilliseconds ?? 0
    lockHoldMilliseconds = result.lease?.heldMilliseconds ?? 0
  }

  package mutating func add(_ other: CompactionMetrics) {
    for field in CompactionMetrics.fields { self[keyPath: field] &+= other[keyPath: field] }
  }

  private static var fields: [WritableKeyPath<CompactionMetrics, UInt64>] {
    [
      \.looks, \.compactions, \.versions, \.deltas, \.applied, \.superseded, \.quarantined, \.conflicts, \.locked,
      \.tierFailures, \.lockWaitMilliseconds, \.lockHoldMilliseconds,
    ]
  }
}
