import FileIO
import Synchronization

/// Notes the calls a hook sees, and decides on the n-th.
final class CallLog: Sendable {
  struct Call: Equatable, Sendable {
    let call: SystemCall
    let path: String
  }

  private let state = Mutex<[Call]>([])

  var calls: [Call] { state.withLock { $0 } }
  var mutating: [SystemCall] { calls.map(\.call).filter(\.isMutating) }

  /// - Returns: the call's number, from 1.
  func note(_ call: SystemCall, _ path: String) -> Int {
    state.withLock { calls in
      calls.append(Call(call: call, path: path))
      return calls.count
    }
  }
}
