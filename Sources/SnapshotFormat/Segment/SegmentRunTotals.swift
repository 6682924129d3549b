internal import Primitives

/// What those deltas of one run came to that are no longer listed among the origins (formats/segment.md §4).
package struct SegmentRunTotals: Sendable, Hashable {
  package static let countMax = 16_384
  /// Sums stop here.
  package static let operationCountMax: UInt64 = 1 << 40

  /// The caller's name for the piece of work; the empty name stands for all work without one.
  package let run: String
  /// The greatest that was declared.
  package private(set) var expected: UInt64
  package private(set) var applied: UInt64
  package private(set) var superseded: UInt64
  /// Of the last of them.
  package private(set) var greatestClock: HybridClock

  package var operations: UInt64 { applied + superseded }

  package init(run: String, expected: UInt64, applied: UInt64, superseded: UInt64, greatestClock: HybridClock) {
    self.run = run
    self.expected = expected
    self.applied = applied
    self.superseded = superseded
    self.greatestClock = greatestClock
  }

  package init(_ origin: SegmentOrigin) {
    self.init(
      run: origin.run, expected: origin.expected, applied: origin.applied, superseded: origin.superseded,
      greatestClock: origin.greatestClock)
  }

  private mutating func add(_ other: SegmentRunTotals) {
    expected = max(expected, other.expected)
    applied = min(applied + other.applied, SegmentRunTotals.operationCountMax)
    superseded = min(superseded + other.superseded, SegmentRunTotals.operationCountMax)
    greatestClock = max(greatestClock, other.greatestClock)
  }

  /// One for each run, in order; of too many those of the runs that ended first fall away.
  static func joined(_ totals: [SegmentRunTotals]) -> [SegmentRunTotals] {
    var byRun: [UTF8Text: SegmentRunTotals] = [:]
    for one in totals {
      let run = UTF8Text(one.run)
      if byRun[run] == nil { byRun[run] = one } else { byRun[run]?.add(one) }
    }
    let byAge = byRun.values.sorted {
      $0.greatestClock == $1.greatestClock ? precedes($0, $1) : $0.greatestClock < $1.greatestClock
    }
    return byAge.suffix(countMax).sorted(by: precedes)
  }

  static func precedes(_ left: SegmentRunTotals, _ right: SegmentRunTotals) -> Bool {
    left.run.utf8.lexicographicallyPrecedes(right.run.utf8)
  }

  func write(to output: inout ByteWriter) {
    output.string(run)
    for number in [expected, applied, superseded, greatestClock.value] { output.integer(number) }
  }

  init(from input: inout ByteReader) throws(FormatError) {
    run = try input.string(limit: DeltaLimits.runByteCount)
    expected = try input.integer()
    applied = try input.integer()
    superseded = try input.integer()
    greatestClock = HybridClock(try input.integer())
    guard max(applied, superseded) <= SegmentRunTotals.operationCountMax else {
      throw input.damaged("a run of \(applied) and \(superseded) operations")
    }
  }
}
