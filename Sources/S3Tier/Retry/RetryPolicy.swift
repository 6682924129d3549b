/// How often, and how long, a request is sent again.
package struct RetryPolicy: Sendable, Equatable {
  /// Of one operation, the first included.
  package var attemptCountMax = 10
  package var baseSeconds = 0.05
  package var capSeconds = 3.0
  /// For so long an operation goes on without a byte of an answer.
  package var stallSeconds = 30.0

  package init() {}
}

/// What is left for further attempts, over all operations of a tier: when a server fails everywhere, asking it ten
/// times as often does not help it.
///
/// Source: AWS SDKs' standard retry mode, with its costs.
package struct RetryBudget: Sendable, Equatable {
  private var left = RetryBudget.full
  private static let full = 500
  private static let retryCost = 5
  private static let timeoutCost = 10

  package init() {}

  /// False when nothing is left for it.
  mutating func take(forTimeout: Bool) -> Bool {
    let cost = forTimeout ? RetryBudget.timeoutCost : RetryBudget.retryCost
    guard left >= cost else { return false }
    left -= cost
    return true
  }

  mutating func refill(after attempts: Int) {
    left = min(RetryBudget.full, left + (attempts > 1 ? RetryBudget.retryCost : 1))
  }
}

/// Decides, attempt by attempt, whether one operation goes on. A value: time and chance are passed in.
struct RetryState {
  enum Decision: Equatable {
    case retry(afterNanoseconds: UInt64)
    /// `because` says why no more is tried, for the message.
    case giveUp(because: String)
  }

  private(set) var attemptCount = 1
  private let policy: RetryPolicy
  /// When a byte may have moved last, as far as is known.
  private var started: UInt64

  init(_ policy: RetryPolicy, started: UInt64) {
    self.policy = policy
    self.started = started
  }

  /// - Parameters:
  ///   - lasted: nanoseconds in which the attempt was never silent for longer than the stall limit; 0 where it was, or
  ///     where there was no connection. If it took longer than that limit bytes moved, and the next gets as long again.
  ///   - wanted: for how long the server asked to be left alone, in seconds.
  ///   - unit: chance, 0 ..< 1.
  ///   - left: nanoseconds until the deadline; nil without one.
  mutating func decide(
    isTimeout: Bool, lasted: UInt64, wanted: Double?, now: UInt64, left: UInt64?, unit: Double,
    budget: inout RetryBudget
  ) -> Decision {
    if Double(lasted) / 1e9 >= policy.stallSeconds { started = now }
    let elapsed = Double(now - started) / 1e9
    guard attemptCount < policy.attemptCountMax else { return .giveUp(because: "after \(attemptCount) attempts") }
    guard elapsed < policy.stallSeconds else {
      return .giveUp(because: "after \(Int(elapsed)) s and \(attemptCount) attempts")
    }
    guard budget.take(forTimeout: isTimeout) else {
      return .giveUp(because: "too much failed lately to try again, at attempt \(attemptCount)")
    }
    let ceiling = min(policy.capSeconds, policy.baseSeconds * Double(1 << min(attemptCount - 1, 20)))
    let wait = max(unit * ceiling, min(wanted ?? 0, policy.capSeconds))
    let nanoseconds = UInt64(wait * 1e9)
    if let left, left <= nanoseconds { return .giveUp(because: "the deadline comes before another attempt") }
    attemptCount += 1
    return .retry(afterNanoseconds: nanoseconds)
  }
}
