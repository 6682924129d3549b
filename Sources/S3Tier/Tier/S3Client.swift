internal import HTTPTransport
internal import ObjectTier
internal import Primitives
internal import Synchronization

/// Signs and sends operations, and sends them again as long as that may help.
///
/// - Every attempt is signed anew, with the server's time where this host's is off.
/// - An operation ends within the stall limit of the last byte of it that moved, or at its deadline.
final class S3Client: Sendable {
  let address: S3Address
  let endpoint: S3Endpoint
  private let transport: any HTTPTransport
  let credentials: CredentialChain
  let clocks: S3Clocks
  private let random: AnyRandomSource
  private let policy: RetryPolicy
  let state = Mutex(State())

  struct State {
    var budget = RetryBudget()
    /// What the server's clock is ahead of this host's.
    var skewMilliseconds: Int64 = 0
    var counters = S3Counters()
  }

  init(_ settings: S3Settings, transport: any HTTPTransport) {
    address = settings.address
    endpoint = settings.endpoint
    self.transport = transport
    clocks = settings.clocks
    random = AnyRandomSource(settings.random)
    policy = settings.retry
    credentials = CredentialChain(settings.environment, transport: transport, clocks: settings.clocks)
  }

  var counters: S3Counters { state.withLock { $0.counters } }

  /// The answer to an operation, when its status is one of `expected`.
  ///
  /// - Throws: what the last attempt came to. Of an operation that writes it is `.outcomeUnknown` when any attempt may
  /// have taken effect.
  func perform(
    _ operation: S3Operation, expecting expected: Set<Int>, deadline: Deadline
  ) throws(S3Failure) -> HTTPResponse {
    var retry = RetryState(policy, started: clocks.monotonic.nanoseconds())
    var mayHaveLanded = false
    while true {
      let began = clocks.monotonic.nanoseconds()
      var signing: Signing?
      do throws(S3Failure.Attempt) {
        let response = try attempt(operation, expected, &signing, deadline)
        state.withLock { $0.budget.refill(after: retry.attemptCount) }
        return response
      } catch {
        mayHaveLanded = mayHaveLanded || error.mayHaveLanded
        let isAdapted = signing.map { adapt(to: error, $0, deadline) } ?? false
        switch decide(error, isAdapted || error.mayPass, since: began, &retry, deadline) {
        case .retry(let nanoseconds): clocks.monotonic.sleep(nanoseconds: nanoseconds)
        case .giveUp(let because): throw failure(operation, error, because, mayHaveLanded)
        }
      }
    }
  }

  /// - Parameter signing: is given what the request was signed with, if it came to that.
  private func attempt(
    _ operation: S3Operation, _ expected: Set<Int>, _ signing: inout Signing?, _ deadline: Deadline
  ) throws(S3Failure.Attempt) -> HTTPResponse {
    let response: HTTPResponse
    do throws(HTTPFailure) {
      guard !deadline.hasPassed(on: clocks.monotonic) else { throw HTTPFailure(.notConnected, "the deadline passed") }
      let used = try self.signing(by: deadline)
      signing = used
      response = try send(signed(operation, used), operation, deadline)
    } catch {
      throw .failure(error)
    }
    guard expected.contains(response.status) else { throw .answer(response, S3ErrorBody(response.body)) }
    return response
  }

  private func decide(
    _ attempt: S3Failure.Attempt, _ mayPass: Bool, since began: UInt64, _ retry: inout RetryState, _ deadline: Deadline
  ) -> RetryState.Decision {
    guard mayPass else { return .giveUp(because: "") }
    let now = clocks.monotonic.nanoseconds()
    return state.withLock { state in
      let decision = retry.decide(
        isTimeout: attempt.isTimeout, lasted: attempt.wasSilent ? 0 : now - began, wanted: attempt.wantedSeconds,
        now: now, left: deadline.nanosecondsLeft(on: clocks.monotonic), unit: random.unit(), budget: &state.budget)
      if case .retry = decision { state.counters.retries += 1 }
      return decision
    }
  }

  private func failure(
    _ operation: S3Operation, _ attempt: S3Failure.Attempt, _ because: String, _ mayHaveLanded: Bool
  ) -> S3Failure {
    let end = because.isEmpty ? "" : ", \(because)"
    let isOpen = operation.writes && mayHaveLanded
    // Of a write that surely did nothing the caller is told so.
    let cause: TierError.Kind? = isOpen ? attempt.kind : attempt.kind == .stalled && !mayHaveLanded ? .failed : nil
    return S3Failure(
      kind: isOpen ? .outcomeUnknown : attempt.kind, cause: cause,
      reason: "\(operation.method.rawValue): \(attempt.text)\(end)")
  }

  private func send(
    _ request: HTTPRequest, _ operation: S3Operation, _ deadline: Deadline
  ) throws(HTTPFailure) -> HTTPResponse {
    do throws(HTTPFailure) {
      let response = try transport.send(request, bodyByteCountMax: operation.bodyByteCountMax, deadline: deadline)
      count(operation, received: response.body.count)
      return response
    } catch {
      count(operation, received: 0)
      throw error
    }
  }

  private func count(_ operation: S3Operation, received: Int) {
    state.withLock { state in
      state.counters.requests[operation.kind.rawValue, default: 0] += 1
      state.counters.bytesSent += UInt64(operation.body.count)
      state.counters.bytesReceived += UInt64(received)
    }
  }
}
