internal import Catalog
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// How old what is given up has to be (formats/segment.md §5, head.md §8).
extension CompactionRun {
  /// Nothing at or below it is accepted any more, once this version is there; nil: there is no such clock.
  var horizon: HybridClock? {
    let horizon = max(state.oldestRecord, retentionHorizon ?? .zero)
    return horizon == .zero ? nil : horizon
  }

  /// What the head has to say of it.
  var oldestRecordChange: [HeadChange] {
    givenUp > state.oldestRecord ? [.oldestRecord(givenUp.value)] : []
  }

  /// By how long tombstones are kept; below all that is appended already and waits; and not above the version this one
  /// builds on, behind which whoever has read it appends. Nil where they are kept for ever, or it is not known what
  /// waits.
  private var retentionHorizon: HybridClock? {
    guard let retention = vectors.settings.tombstoneRetentionMilliseconds,
      let waiting = intake.leastWaitingClock(taken), let newest = base.manifest?.root.vectors?.greatestClock
    else { return nil }
    let now = vectors.store.settings.wallClock.now().milliseconds
    let expired = HybridClock(Timestamp(milliseconds: max(0, now - retention)))
    return min(expired, newest, HybridClock(waiting.value - min(1, waiting.value)))
  }
}
