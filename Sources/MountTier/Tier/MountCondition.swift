internal import ObjectTier

/// Whether a mount's helper is asked, started again, or left alone. A value: it is told the time, and asks nobody.
///
/// - One that ends is started again for the next request, unless one before it ended a moment ago, too.
/// - One that stalls, or that finds its mount dead, is left alone for a while; then there is another attempt.
struct MountCondition: Sendable {
  private let pauseNanoseconds: UInt64
  private(set) var helper: MountHelper?
  private var endedAt: UInt64?
  private var down: (until: UInt64, reason: String)?

  init(pauseNanoseconds: UInt64) {
    self.pauseNanoseconds = pauseNanoseconds
  }

  /// Why nothing is tried now, or nil.
  func refusal(at now: UInt64) -> String? {
    guard let down, now < down.until else { return nil }
    let seconds = (down.until - now) / 1_000_000_000 + 1
    return "\(down.reason); it is left alone for another \(seconds) s"
  }

  mutating func started(_ helper: MountHelper) {
    self.helper = helper
    down = nil
  }

  /// What could not be started, or does not answer.
  /// - Returns: whether that is news: another request may have said so of the same helper.
  mutating func failed(_ failed: MountHelper?, _ reason: String, at now: UInt64) -> Bool {
    guard helper === failed else { return false }
    helper = nil
    down = (now &+ pauseNanoseconds, reason)
    return true
  }

  /// - Returns: whether that is news.
  mutating func leaveAlone(_ reason: String, at now: UInt64) -> Bool {
    guard refusal(at: now) == nil else { return false }
    return failed(nil, reason, at: now)
  }

  /// The process ended by itself.
  /// - Returns: whether the tier is down now.
  mutating func ended(_ ended: MountHelper, _ reason: String, at now: UInt64) -> Bool {
    guard helper === ended else { return false }
    helper = nil
    defer { endedAt = now }
    guard let endedAt, now - endedAt < pauseNanoseconds else { return false }
    down = (now &+ pauseNanoseconds, "\(reason), and so did the one before it")
    return true
  }
}
