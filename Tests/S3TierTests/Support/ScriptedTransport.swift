import HTTPTransport
import Primitives
import Synchronization

/// A server that answers by a script, and remembers what it was asked.
final class ScriptedTransport: HTTPTransport {
  private struct State {
    var answers: ArraySlice<Result<HTTPResponse, HTTPFailure>>
    var requests: [HTTPRequest] = []
    var deadlines: [Deadline] = []
  }

  private let state: Mutex<State>
  /// Until it answers.
  private let delayNanoseconds: UInt64

  init(_ answers: [Result<HTTPResponse, HTTPFailure>] = [], delayNanoseconds: UInt64 = 0) {
    self.delayNanoseconds = delayNanoseconds
    state = Mutex(State(answers: answers[...]))
  }

  var requests: [HTTPRequest] { state.withLock { $0.requests } }
  var deadlines: [Deadline] { state.withLock { $0.deadlines } }

  func send(_ request: HTTPRequest, bodyByteCountMax: Int, deadline: Deadline) throws(HTTPFailure) -> HTTPResponse {
    let answer = state.withLock { state in
      state.requests.append(request)
      state.deadlines.append(deadline)
      return state.answers.popFirst()
    }
    SystemClock().sleep(nanoseconds: delayNanoseconds)
    guard let answer else { throw HTTPFailure(.refused, "the script is at its end") }
    return try answer.get()
  }
}

/// A wall clock that stands where it is set.
final class MovableClock: WallClock {
  private let time = Mutex(Timestamp(milliseconds: 0))

  func now() -> Timestamp { time.withLock { $0 } }

  func set(milliseconds: Int64) { time.withLock { $0 = Timestamp(milliseconds: milliseconds) } }
}
