package import Primitives

/// A delta whose operations were taken into a segment (formats/segment.md §4).
package struct SegmentOrigin: Sendable, Hashable {
  package static let countMax = 16_384

  package let producer: ProducerName
  package let sequence: UInt64
  /// The seal of the delta.
  package let digest: Digest
  package let run: String
  package let expected: UInt64
  package let operations: UInt64
  package let applied: UInt64
  package let superseded: UInt64
  package let leastClock: HybridClock
  package let greatestClock: HybridClock

  package init(
    producer: ProducerName, sequence: UInt64, digest: Digest, run: String, expected: UInt64, applied: UInt64,
    superseded: UInt64, clocks: ClosedRange<HybridClock>
  ) {
    self.producer = producer
    self.sequence = sequence
    self.digest = digest
    self.run = run
    self.expected = expected
    self.operations = applied + superseded
    self.applied = applied
    self.superseded = superseded
    leastClock = clocks.lowerBound
    greatestClock = clocks.upperBound
  }

  /// Whether the delta set what bears this stamp.
  package func made(_ stamp: Stamp) -> Bool {
    producer == stamp.producer && leastClock <= stamp.clock && stamp.clock <= greatestClock
  }

  /// Those that a segment can list, by producer and sequence: of too many the oldest fall away, and so of each producer
  /// the first.
  static func cut(_ origins: [SegmentOrigin]) -> (listed: [SegmentOrigin], fallen: ArraySlice<SegmentOrigin>) {
    guard origins.count > countMax else { return (origins.sorted(by: precedes), []) }
    let byAge = origins.sorted {
      $0.greatestClock == $1.greatestClock ? precedes($0, $1) : $0.greatestClock < $1.greatestClock
    }
    let fallenCount = origins.count - countMax
    return (byAge[fallenCount...].sorted(by: precedes), byAge[..<fallenCount])
  }

  static func precedes(_ left: SegmentOrigin, _ right: SegmentOrigin) -> Bool {
    left.producer == right.producer ? left.sequence < right.sequence : left.producer < right.producer
  }

  func write(to output: inout ByteWriter, producerIndex: UInt16) {
    output.integer(producerIndex)
    output.integer(sequence)
    output.digest(digest)
    output.string(run)
    for number in [expected, operations, applied, superseded] { output.integer(number) }
    output.integer(leastClock.value)
    output.integer(greatestClock.value)
  }

  init(from input: inout ByteReader, producers: [ProducerName]) throws(FormatError) {
    let index = Int(try input.integer(UInt16.self))
    guard index < producers.count else { throw input.damaged("an origin of no producer") }
    producer = producers[index]
    sequence = try input.integer()
    digest = try input.digest()
    run = try input.string(limit: DeltaLimits.runByteCount)
    expected = try input.integer()
    operations = try input.integer()
    applied = try input.integer()
    superseded = try input.integer()
    leastClock = HybridClock(try input.integer())
    greatestClock = HybridClock(try input.integer())
    guard ObjectKey.numbers.contains(sequence) else { throw input.damaged("an origin with sequence \(sequence)") }
    guard leastClock <= greatestClock, applied <= operations, superseded == operations - applied,
      operations <= UInt64(DeltaLimits.operationCount)
    else { throw input.damaged("the counts of an origin contradict each other") }
  }
}

/// How many rows of another segment were superseded (formats/segment.md §4).
package struct SegmentDeadCount: Sendable, Hashable {
  package static let countMax = 65_536

  package let segment: UniqueName
  package let rows: UInt32

  package init(segment: UniqueName, rows: UInt32) {
    self.segment = segment
    self.rows = rows
  }

  static func precedes(_ left: SegmentDeadCount, _ right: SegmentDeadCount) -> Bool {
    left.segment.bytes.lexicographicallyPrecedes(right.segment.bytes)
  }
}
