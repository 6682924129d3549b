public import Primitives

/// A hybrid logical clock: milliseconds in the upper 48 bits, a counter in the lower 16 (formats/delta.md §2).
public struct HybridClock: Hashable, Comparable, Sendable {
  /// Milliseconds since 1970 in the upper 48 bits, a counter in the lower 16.
  public let value: UInt64

  package static let zero = HybridClock(0)

  package init(_ value: UInt64) {
    self.value = value
  }

  /// The first clock of a millisecond.
  package init(_ time: Timestamp) {
    self.init(UInt64(clamping: min(max(time.milliseconds, 0), 1 << 48 - 1)) << 16)
  }

  /// The wall-clock part.
  public var timestamp: Timestamp { Timestamp(milliseconds: Int64(value >> 16)) }

  /// The clock of an event at `now` that comes after this one. Nil at the end of all time.
  package func next(at now: Timestamp) -> HybridClock? {
    guard value < .max else { return nil }
    return max(HybridClock(now), HybridClock(value + 1))
  }

  public static func < (left: HybridClock, right: HybridClock) -> Bool { left.value < right.value }
}

/// When, and by whom, something was said: the order in which the last one wins.
package struct Stamp: Hashable, Comparable, Sendable {
  package let clock: HybridClock
  package let producer: ProducerName

  package init(clock: HybridClock, producer: ProducerName) {
    self.clock = clock
    self.producer = producer
  }

  package static func < (left: Stamp, right: Stamp) -> Bool {
    left.clock == right.clock ? left.producer < right.producer : left.clock < right.clock
  }
}
