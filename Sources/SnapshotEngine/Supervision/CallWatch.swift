internal import FileIO
internal import Primitives

/// When a process is given up: a system call of it has stood for too long.
struct CallWatch: Sendable {
  let stallNanoseconds: UInt64
  /// When all must be over, on the monotonic clock.
  private let deadline: UInt64?
  private var lookedAt: UInt64
  /// No call counts from earlier than this.
  private var notBefore: UInt64 = 0

  /// Beyond the deadline a call may stand for so long: the process needs as much to end by itself.
  private static let graceNanoseconds: UInt64 = 500_000_000
  /// Whoever did not look for longer was stopped, and the other process may have been as well.
  private static let gapNanoseconds: UInt64 = 1_000_000_000

  /// - Parameter now: when the work begins.
  init(_ configuration: EngineConfiguration, now: UInt64) {
    stallNanoseconds = UInt64(configuration.stallTimeoutSeconds * 1e9)
    deadline = configuration.deadlineSeconds.map { now + UInt64($0 * 1e9) }
    lookedAt = now
  }

  /// Why there is no point in waiting on, or nil. To be asked several times a second.
  mutating func verdict(_ oldest: CallTable.Standing?, now: UInt64) -> String? {
    if now - lookedAt > CallWatch.gapNanoseconds { notBefore = now }
    lookedAt = now
    guard let oldest else { return nil }
    let stood = now - min(now, max(oldest.began, notBefore))
    if stood >= stallNanoseconds {
      return "nothing moved for \(SecondsText.of(nanoseconds: stallNanoseconds)) s (\(oldest.call))"
    }
    guard let deadline, now >= deadline, stood >= CallWatch.graceNanoseconds else { return nil }
    return "the deadline passed, and nothing moves (\(oldest.call))"
  }
}
