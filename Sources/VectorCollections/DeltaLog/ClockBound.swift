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

/// A delta that could be taken in, and waits for the clock here.
package struct HeldDelta: Sendable, Equatable {
  package let delta: DeltaSummary
  /// By how much its clock is ahead; nil for one that waits only behind another of its producer.
  package let aheadMilliseconds: Int64?
  package let aheadMaxMilliseconds: Int64

  /// Why it waits.
  package var reason: String {
    guard let aheadMilliseconds else { return "waits behind an earlier one of its producer, whose clock is ahead" }
    return """
      waits: its producer's clock is \(HeldDelta.seconds(aheadMilliseconds)) s ahead of this machine's, where \
      \(HeldDelta.seconds(aheadMaxMilliseconds)) s are allowed
      """
  }

  private static func seconds(_ milliseconds: Int64) -> String {
    milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000)" : "\(milliseconds / 1_000 + 1)"
  }
}
