/// Finds the newest of dense revisions from any hint: goes on in growing steps while numbers exist, then divides what
/// is left.
///
/// Pure: look whether the revisions `probes` exist, in any order, and `answer`. One at a time doubles and halves: at
/// most 128 probes, 2·log₂ of the distance. Several at a time cost a few more, and fewer rounds.
package struct RevisionSearch: Sendable {
  /// The highest revision known to exist; 0 when there is none.
  package private(set) var newest: UInt64 = 0
  private var lowestMissing: UInt64?
  private var step: UInt64 = 1
  private let hint: UInt64
  private var isHintProbed = false
  /// How many are looked for at once.
  private let width: UInt64

  package init(hint: UInt64, width: Int = 1) {
    self.hint = hint
    self.width = UInt64(max(width, 1))
  }

  /// The revisions to look for next, ascending; none when `newest` is settled.
  package var probes: [UInt64] {
    if let missing = lowestMissing { return probes(below: missing) }
    if hint > 0, !isHintProbed { return probes(from: hint) }
    let (first, isBeyond) = newest.addingReportingOverflow(step)
    return newest == .max ? [] : probes(from: isBeyond ? .max : first)
  }

  /// `width` of them, a step apart, as far as there are numbers.
  private func probes(from first: UInt64) -> [UInt64] {
    var probes = [first]
    while probes.count < width, let last = probes.last, last <= .max - step { probes.append(last + step) }
    return probes
  }

  /// Those that divide what lies between `newest` and one that is missing.
  private func probes(below missing: UInt64) -> [UInt64] {
    let between = missing - newest - 1
    guard between > width else { return (0..<between).map { newest + 1 + $0 } }
    let part = (missing - newest) / (width + 1)
    return (1...width).map { newest + part * $0 }
  }

  /// - Parameter existing: those of `probes` that exist.
  package mutating func answer(existing: [UInt64]) {
    let probed = probes
    if let highest = existing.last { newest = highest }
    if let missing = probed.first(where: { $0 > newest }) {
      lowestMissing = missing
    } else if isHintProbed || hint == 0 || width > 1 {
      let (next, isBeyond) = step.multipliedReportingOverflow(by: width + 1)
      step = isBeyond ? .max : next
    }
    isHintProbed = true
  }
}
