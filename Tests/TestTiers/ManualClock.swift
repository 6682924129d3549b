internal import Primitives
internal import Synchronization

/// A clock on which only sleeping takes time.
package final class ManualClock: MonotonicClock {
  private struct State {
    var now: UInt64 = 1_000_000_000
    var slept: (@Sendable (UInt64) -> Void)?
  }

  private let state = Mutex(State())

  package init() {}

  package func nanoseconds() -> UInt64 { state.withLock { $0.now } }

  /// What happens in the world while somebody sleeps: is told the time after each sleep.
  package func whenSlept(_ body: @escaping @Sendable (UInt64) -> Void) { state.withLock { $0.slept = body } }

  package func sleep(nanoseconds: UInt64) {
    let (now, slept) = state.withLock { state in
      state.now += nanoseconds
      return (state.now, state.slept)
    }
    slept?(now)
  }
}
