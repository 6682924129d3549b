package import Primitives

/// What is done about a file that changes while it is read.
package struct ReadRetry: Sendable {
  /// How often such a file is read in all. At least 1.
  package var attemptCountMax = 5
  /// How long to wait before it is read again.
  package var waitNanoseconds: UInt64 = 200_000_000
  /// A file system marks writes that follow closely with the same time. A file that was written so short a time ago is
  /// read only after it was left alone for as long.
  package var settleNanoseconds: UInt64 = 20_000_000
  package let clock: any WallClock & MonotonicClock

  package init(clock: any WallClock & MonotonicClock = SystemClock()) {
    self.clock = clock
  }
}
