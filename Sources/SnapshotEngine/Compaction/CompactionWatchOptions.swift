internal import VectorCollections

/// How a collection is kept compacted.
public struct CompactionWatchOptions: Sendable {
  /// How many deltas one compaction takes at most; nil: as many as fit.
  public var deltaCountMax: Int?
  /// What is said about each version.
  public var message = ""
  /// The longest rest between two looks, where nothing comes; after trouble it may be twelve times that.
  public var intervalSeconds = 5.0
  /// So often it is told what the watch came to.
  public var metricsSeconds = 60.0
  /// So long the lease is waited for before it is told who holds it.
  public var lockSeconds = 5.0

  /// Looks at least every five seconds.
  public init() {}
}

/// What happens while a collection is kept compacted.
public enum CompactionEvent: Sendable {
  /// A version was made, deltas were set aside, or others wait for a clock than before.
  case compacted(Compacted)
  /// Failed for a reason that may pass; it is tried again.
  case troubled(EngineError)
  /// What the watch came to until now; also at its end.
  case measured(CompactionCounts)
}

/// What a watch came to since it began.
public struct CompactionCounts: Sendable, Equatable {
  /// Looks whether anything waits.
  public let looks: UInt64
  /// Compactions that were begun and ended, those that made no version among them.
  public let compactions: UInt64
  /// Versions that were made.
  public let versions: UInt64
  /// Deltas that were taken in.
  public let deltas: UInt64
  /// Operations that changed a record.
  public let applied: UInt64
  /// Operations that newer ones had overtaken.
  public let superseded: UInt64
  /// Deltas that were set aside.
  public let quarantined: UInt64
  /// Compactions that were given up because others committed first.
  public let conflicts: UInt64
  /// Compactions that did not get the lease in time, or lost it.
  public let locked: UInt64
  /// Looks and compactions that a tier failed.
  public let tierFailures: UInt64
  /// How long leases were waited for, of compactions that ended well.
  public let lockWaitSeconds: Double
  /// How long they were held.
  public let lockHoldSeconds: Double
  /// How long the watch has run.
  public let seconds: Double

  init(_ metrics: CompactionMetrics, seconds: Double) {
    looks = metrics.looks
    compactions = metrics.compactions
    versions = metrics.versions
    deltas = metrics.deltas
    applied = metrics.applied
    superseded = metrics.superseded
    quarantined = metrics.quarantined
    conflicts = metrics.conflicts
    locked = metrics.locked
    tierFailures = metrics.tierFailures
    lockWaitSeconds = Double(metrics.lockWaitMilliseconds) / 1_000
    lockHoldSeconds = Double(metrics.lockHoldMilliseconds) / 1_000
    self.seconds = seconds
  }
}
