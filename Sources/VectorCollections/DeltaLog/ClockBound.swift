package import Primitives
internal import SnapshotFormat

/// How far ahead of the clock here a delta may be, to be taken in.
///
/// A clock that is behind is no fault of the deltas that it meets: they wait, and are never set aside for it.
package struct ClockBound: Sendable {
  package let now: Timestamp
  package let aheadMaxMilliseconds: Int64

  package init(now: Timestamp, aheadMaxMilliseconds: Int64) {
    self.now = now
    self.aheadMaxMilliseconds = aheadMaxMilliseconds
  }

  /// By how much the delta is ahead, nil where that is allowed.
  package func excess(of delta: DeltaSummary) -> Int64? {
    let ahead = delta.tail.footer.greatestClock.timestamp.milliseconds - now.milliseconds
    return ahead > aheadMaxMilliseconds ? ahead : nil
  }
}
