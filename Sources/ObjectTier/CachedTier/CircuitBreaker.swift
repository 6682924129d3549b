/// Decides whether a tier that fails is asked again. A value: it is told the time, and asks nobody.
///
/// After `failureCountMax` failures in a row the tier is left alone for `pauseNanoseconds`; then it is asked again, and
/// one more failure is enough to leave it alone again.
struct CircuitBreaker: Sendable, Equatable {
  private let failureCountMax: Int
  private let pauseNanoseconds: UInt64
  private var failuresInARow = 0
  private var closedUntil: UInt64?

  init(failureCountMax: Int, pauseNanoseconds: UInt64) {
    self.failureCountMax = failureCountMax
    self.pauseNanoseconds = pauseNanoseconds
  }

  func allows(at now: UInt64) -> Bool {
    closedUntil.map { now >= $0 } ?? true
  }

  mutating func succeeded() {
    failuresInARow = 0
    closedUntil = nil
  }

  mutating func failed(at now: UInt64) {
    failuresInARow += 1
    if failuresInARow >= failureCountMax { closedUntil = now &+ pauseNanoseconds }
  }

  /// No answer at all: whoever waited once need not wait again.
  mutating func stalled(at now: UInt64) {
    failuresInARow = failureCountMax
    closedUntil = now &+ pauseNanoseconds
  }
}
