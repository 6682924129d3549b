package import Primitives
package import SnapshotFormat

/// The deltas that the segments of a version tell of: each, or by run what they came to.
///
/// A segment that lists as many as it can, or has sums by run, may have let the oldest fall away: of each producer the
/// first, up to a clock.
package struct KnownOrigins: Sendable {
  package private(set) var listed: [SegmentOrigin] = []
  package private(set) var past: [SegmentRunTotals] = []
  /// A delta that is not listed, and has no later clock, may have fallen away; nil where none has.
  private var cut: HybridClock?

  package init() {}

  package mutating func add(_ origins: (listed: [SegmentOrigin], past: [SegmentRunTotals])) {
    listed += origins.listed
    past += origins.past
    guard origins.listed.count >= SegmentOrigin.countMax || !origins.past.isEmpty else { return }
    cut = max(cut ?? .zero, origins.listed.map(\.greatestClock).min() ?? .zero)
  }

  /// Whether each delta of the version is listed.
  package var isWhole: Bool { cut == nil }

  /// Up to which sequence the deltas of each producer may have fallen away.
  package func forgotten(_ compacted: [ProducerName: UInt64]) -> [ProducerName: UInt64] {
    guard let cut else { return [:] }
    var first: [ProducerName: UInt64] = [:]
    for origin in listed where origin.greatestClock > cut {
      first[origin.producer] = min(first[origin.producer] ?? .max, origin.sequence)
    }
    return compacted.reduce(into: [:]) { forgotten, entry in
      forgotten[entry.key] = first[entry.key].map { $0 - 1 } ?? entry.value
    }
  }
}
