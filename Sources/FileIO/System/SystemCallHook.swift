internal import Glibc
internal import Synchronization

/// Lets a test watch every system call of this module, and fail the one it wants to.
///
/// Without a hook a call costs one relaxed load. With `.thisThread` only calls of the installing thread are seen, so
/// that tests that run beside each other do not meet; with `.process` all calls are.
package enum SystemCallHook {
  package enum Scope: Sendable { case thisThread, process }

  /// What happens instead of, or after, a call.
  package enum Fault: Sendable, Equatable {
    /// The call is not made and fails.
    case fail(errno: Int32)
    /// The call is made, and reported as failed: the answer was lost.
    case loseAnswer(errno: Int32)
    /// A read or write moves at most this many bytes.
    case shorten(byteCount: Int)
  }

  /// Is told the call and the path of its file.
  package typealias Decision = @Sendable (SystemCall, String) -> Fault?

  private struct Installed {
    let identifier: UInt64
    let thread: pthread_t?
    let decide: Decision
  }

  private struct State {
    var installed: [Installed] = []
    var lastIdentifier: UInt64 = 0
  }

  private static let count = Atomic<Int>(0)
  private static let state = Mutex(State())

  /// Runs `body` with the hook in place.
  package static func during<Value: ~Copyable, Failure: Error>(
    _ scope: Scope = .thisThread, decide: @escaping Decision, _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let identifier = install(scope, decide)
    defer { remove(identifier) }
    return try body()
  }

  private static func install(_ scope: Scope, _ decide: @escaping Decision) -> UInt64 {
    count.add(1, ordering: .sequentiallyConsistent)
    return state.withLock { state in
      state.lastIdentifier += 1
      let thread = scope == .thisThread ? pthread_self() : nil
      state.installed.append(Installed(identifier: state.lastIdentifier, thread: thread, decide: decide))
      return state.lastIdentifier
    }
  }

  private static func remove(_ identifier: UInt64) {
    state.withLock { $0.installed.removeAll { $0.identifier == identifier } }
    count.subtract(1, ordering: .sequentiallyConsistent)
  }

  static func fault(_ call: SystemCall, _ location: () -> FileLocation) -> Fault? {
    guard count.load(ordering: .relaxed) > 0 else { return nil }
    let hooks = state.withLock { $0.installed.filter { $0.thread == nil || $0.thread == pthread_self() } }
    guard !hooks.isEmpty else { return nil }
    let path = location().description
    for hook in hooks {
      if let fault = hook.decide(call, path) { return fault }
    }
    return nil
  }
}
