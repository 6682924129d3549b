internal import Primitives

extension EngineCall {
  /// Waits, and ends early when the call is to end.
  ///
  /// - Throws: `.interrupted` when it was stopped, `.tierTimeout` when its deadline passed.
  func rest(nanoseconds: UInt64) throws(EngineError) {
    let end = Deadline(seconds: Double(nanoseconds) / 1e9, from: clock)
    while true {
      if isStopped { throw EngineError(.interrupted, "stopped") }
      if deadline.hasPassed(on: clock) {
        throw EngineError(.tierTimeout, "the deadline passed; what was done before is whole")
      }
      guard let left = end.nanosecondsLeft(on: clock), left > 0 else { return }
      clock.sleep(nanoseconds: min(50_000_000, left))
    }
  }
}
