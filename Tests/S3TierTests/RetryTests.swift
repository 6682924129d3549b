import Primitives
import Testing

@testable import S3Tier

@Suite struct RetryTests {
  private func state(_ change: (inout RetryPolicy) -> Void = { _ in }) -> RetryState {
    var policy = RetryPolicy()
    change(&policy)
    return RetryState(policy, started: 0)
  }

  private func decide(
    _ state: inout RetryState, seconds: Double = 0, lasted: Double = 0, unit: Double = 0.5, left: Double? = nil,
    wanted: Double? = nil, _ budget: inout RetryBudget
  ) -> RetryState.Decision {
    state.decide(
      isTimeout: false, lasted: UInt64(lasted * 1e9), wanted: wanted, now: UInt64(seconds * 1e9),
      left: left.map { UInt64($0 * 1e9) }, unit: unit, budget: &budget)
  }

  @Test func `attempts end, and waits grow up to their cap`() {
    var state = state()
    var budget = RetryBudget()
    var waits: [UInt64] = []
    while case .retry(let wait) = decide(&state, unit: 1, &budget) { waits.append(wait) }
    #expect(waits.count == RetryPolicy().attemptCountMax - 1)
    #expect(waits == waits.sorted())
    #expect(waits.first == 50_000_000)
    #expect(waits.last == 3_000_000_000)
  }

  @Test func `nothing is tried after the stall limit or when the deadline comes first`() {
    var late = state()
    var budget = RetryBudget()
    #expect(decide(&late, seconds: 31, &budget) == .giveUp(because: "after 31 s and 1 attempts"))
    var short = state()
    #expect(
      decide(&short, left: 0.01, &budget) == .giveUp(because: "the deadline comes before another attempt"))
  }

  @Test func `what was under way for longer than the stall limit begins a new one, and attempts still end`() {
    var state = state()
    var budget = RetryBudget()
    var now = 0.0
    for attempt in 1..<RetryPolicy().attemptCountMax {
      now += 45
      #expect(decide(&state, seconds: now, lasted: 45, unit: 0, &budget) == .retry(afterNanoseconds: 0), "\(attempt)")
    }
    #expect(decide(&state, seconds: now + 45, lasted: 45, &budget) == .giveUp(because: "after 10 attempts"))
    var silent = self.state()
    #expect(decide(&silent, seconds: 45, lasted: 45, unit: 0, &budget) == .retry(afterNanoseconds: 0))
    #expect(decide(&silent, seconds: 76, lasted: 29, &budget) == .giveUp(because: "after 31 s and 2 attempts"))
  }

  @Test func `a server that asks to be left alone is, within the cap`() {
    var state = state()
    var budget = RetryBudget()
    #expect(decide(&state, wanted: 2, &budget) == .retry(afterNanoseconds: 2_000_000_000))
    #expect(decide(&state, wanted: 1e9, &budget) == .retry(afterNanoseconds: 3_000_000_000))
  }

  @Test func `when everything fails the budget ends the trying, and success refills it`() {
    var budget = RetryBudget()
    var retries = 0
    for _ in 0..<200 {
      var state = state()
      if case .retry = decide(&state, &budget) { retries += 1 }
    }
    #expect(retries == 100)
    budget.refill(after: 2)
    var state = state()
    #expect(decide(&state, unit: 0, &budget) == .retry(afterNanoseconds: 0))
  }
}
