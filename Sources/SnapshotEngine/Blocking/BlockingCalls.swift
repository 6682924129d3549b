internal import Primitives
internal import Synchronization

/// Runs work that blocks on threads of its own, never on those of the cooperative pool.
///
/// - At most `countMax` threads; more work waits in order.
/// - A thread ends when nothing waits.
final class BlockingCalls: Sendable {
  private struct State {
    var waiting: [@Sendable () -> Void] = []
    var running = 0
  }

  private let countMax: Int
  private let state = Mutex(State())

  init(countMax: Int) {
    self.countMax = countMax
  }

  /// Runs `body` and suspends until it is done. A cancelled task raises `stop`; `body` is still waited for.
  func run<Value: Sendable>(
    stop: StopSignal, _ body: @escaping @Sendable () throws(EngineError) -> Value
  ) async throws(EngineError) -> Value {
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { (waiter: CheckedContinuation<Result<Value, EngineError>, Never>) in
        submit { waiter.resume(returning: Result { () throws(EngineError) in try body() }) }
      }
    } onCancel: {
      stop.raise()
    }
    return try result.get()
  }

  private func submit(_ work: @escaping @Sendable () -> Void) {
    let needsThread = state.withLock { state in
      state.waiting.append(work)
      guard state.running < countMax else { return false }
      state.running += 1
      return true
    }
    // Without a thread to be had, the caller's does the work: late is better than never.
    guard needsThread else { return }
    guard let thread = BlockingThread({ self.workUntilNothingWaits() }) else { return workUntilNothingWaits() }
    thread.detach()
  }

  private func workUntilNothingWaits() {
    while let work = next() { work() }
  }

  private func next() -> (@Sendable () -> Void)? {
    state.withLock { state in
      guard !state.waiting.isEmpty else {
        state.running -= 1
        return nil
      }
      return state.waiting.removeFirst()
    }
  }
}
