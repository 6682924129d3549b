/// Finds the newest of dense revisions from any hint: doubles the distance while numbers exist, then halves.
///
/// Pure: ask `probe`, look whether that revision exists, `answer`. At most 128 probes, 2·log₂ of the distance.
package struct RevisionSearch: Sendable {
  /// The highest revision known to exist; 0 when there is none.
  package private(set) var newest: UInt64 = 0
  private var lowestMissing: UInt64?
  private var step: UInt64 = 1
  private let hint: UInt64
  private var isHintProbed = false

  package init(hint: UInt64) {
    self.hint = hint
  }

  /// The revision to look for next, nil when `newest` is settled.
  package var probe: UInt64? {
    if let missing = lowestMissing { return missing - newest > 1 ? newest + (missing - newest) / 2 : nil }
    if hint > 0, !isHintProbed { return hint }
    guard newest < .max else { return nil }
    let (next, isBeyond) = newest.addingReportingOverflow(step)
    return isBeyond ? .max : next
  }

  package mutating func answer(exists: Bool) {
    guard let probe else { return }
    if !exists {
      lowestMissing = probe
    } else {
      if isHintProbed || hint == 0, lowestMissing == nil { step = step > .max / 2 ? .max : step * 2 }
      newest = probe
    }
    isHintProbed = true
  }
}
