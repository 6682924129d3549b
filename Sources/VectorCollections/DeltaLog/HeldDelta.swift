internal import SnapshotFormat

/// A delta that goes on waiting, though a compaction met it.
package struct HeldDelta: Sendable, Equatable {
  package enum Cause: Sendable, Equatable {
    /// It could be taken in, and its clock is ahead of the one here.
    case ahead(milliseconds: Int64, allowed: Int64)
    /// It waits only behind another of its producer.
    case behind
    /// It cannot be used, and no more deltas can be set aside.
    case noRoom(defect: String)
  }

  package let reference: DeltaReference
  /// Nil for one that cannot be read.
  package let summary: DeltaSummary?
  package let cause: Cause

  /// Why it waits.
  package var reason: String {
    switch cause {
    case .ahead(let milliseconds, let allowed):
      """
      waits: its producer's clock is \(HeldDelta.seconds(milliseconds)) s ahead of this machine's, where \
      \(HeldDelta.seconds(allowed)) s are allowed
      """
    case .behind: "waits behind an earlier one of its producer"
    case .noRoom(let defect):
      "\(defect); \(Head.quarantineCountMax) are set aside, and no more can be: mend some and put them back"
    }
  }

  private static func seconds(_ milliseconds: Int64) -> String {
    milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000)" : "\(milliseconds / 1_000 + 1)"
  }
}
