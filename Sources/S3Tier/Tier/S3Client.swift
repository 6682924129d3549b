internal import HTTPTransport
internal import ObjectTier
internal import Primitives
internal import Synchronization

/// Signs and sends operations, and sends them again as long as that may help.
///
/// - Every attempt is signed anew, with the server's time where this host's is off.
/// - An operation ends within the stall limit of its last answer, or at its deadline.
final class S3Client: Sendable {
  let address: S3Address
  let endpoint: S3Endpoint
  private let transport: any HTTPTransport
  private let credentials: CredentialChain
  private let clocks: S3Clocks
  private let random: AnyRandomSource
  private let policy: RetryPolicy
  private let state = Mutex(State())

  private struct State {
    var budget = RetryBudget()
    /// What the server's clock is ahead of this host's, in milliseconds.
    var skew: Int64 = 0
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
      let attempt: S3Failure.Attempt
      do throws(HTTPFailure) {
        let response = try send(operation, deadline: deadline)
        if expected.contains(response.status) {
          state.withLock { $0.budget.refill(after: retry.attemptCount) }
          return response
        }
        attempt = .answer(response, S3ErrorBody(response.body))
      } catch {
        attempt = .failure(error)
      }
      mayHaveLanded = mayHaveLanded || attempt.mayHaveLanded
      adapt(to: attempt)
      switch decide(attempt, &retry, deadline) {
      case .retry(let nanoseconds): clocks.monotonic.sleep(nanoseconds: nanoseconds)
      case .giveUp(let because): throw failure(operation, attempt, because, mayHaveLanded)
      }
    }
  }

  private func decide(
    _ attempt: S3Failure.Attempt, _ retry: inout RetryState, _ deadline: Deadline
  ) -> RetryState.Decision {
    guard attempt.mayPass else { return .giveUp(because: "") }
    return state.withLock { state in
      let decision = retry.decide(
        isTimeout: attempt.isTimeout, wanted: attempt.wantedSeconds, now: clocks.monotonic.nanoseconds(),
        left: deadline.nanosecondsLeft(on: clocks.monotonic), unit: random.unit(), budget: &state.budget)
      if case .retry = decision { state.counters.retries += 1 }
      return decision
    }
  }

  private func failure(
    _ operation: S3Operation, _ attempt: S3Failure.Attempt, _ because: String, _ mayHaveLanded: Bool
  ) -> S3Failure {
    let end = because.isEmpty ? "" : ", \(because)"
    let isOpen = operation.writes && mayHaveLanded
    return S3Failure(
      kind: isOpen ? .outcomeUnknown : attempt.kind, cause: isOpen ? attempt.kind : nil,
      reason: "\(operation.method.rawValue): \(attempt.text)\(end)")
  }

  /// Takes from a refusal what makes the next attempt pass.
  private func adapt(to attempt: S3Failure.Attempt) {
    guard case .answer(let response, let error) = attempt else { return }
    switch error.code {
    case "RequestTimeTooSkewed":
      guard let date = response.header("Date").flatMap(Timestamp.init(http:)) else { return }
      let skew = date.milliseconds - clocks.wall.now().milliseconds
      state.withLock { $0.skew = skew }
    case "ExpiredToken", "InvalidToken", "TokenRefreshRequired":
      if let current = try? credentials.credentials() { credentials.forget(current) }
    default: break
    }
  }

  private func send(_ operation: S3Operation, deadline: Deadline) throws(HTTPFailure) -> HTTPResponse {
    guard !deadline.hasPassed(on: clocks.monotonic) else { throw HTTPFailure(.notConnected, "the deadline passed") }
    let request = try signed(operation)
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

  private func signed(_ operation: S3Operation) throws(HTTPFailure) -> HTTPRequest {
    let credentials: S3Credentials
    do throws(CredentialFailure) {
      credentials = try self.credentials.credentials()
    } catch {
      throw HTTPFailure(.refused, error.reason)
    }
    let skew = state.withLock { $0.skew }
    let date = RequestDate(Timestamp(milliseconds: clocks.wall.now().milliseconds + skew))
    let digest = Digest.of(operation.body.rawSpan).hex
    var headers = operation.headers
    headers.append(HTTPHeader("Host", endpoint.host(address.bucket)))
    headers.append(HTTPHeader("x-amz-date", date.stamp))
    headers.append(HTTPHeader("x-amz-content-sha256", digest))
    if let token = credentials.sessionToken { headers.append(HTTPHeader("x-amz-security-token", token)) }
    let path = endpoint.path(address.bucket, operation.key)
    let subject = SignatureV4.Subject(
      method: operation.method.rawValue, path: path, query: operation.query, headers: headers, bodyDigest: digest)
    let signature = SignatureV4(credentials: credentials, region: endpoint.region, date: date)
    headers.append(HTTPHeader("Authorization", signature.authorization(of: subject)))
    let query = SignatureV4.canonicalQuery(operation.query)
    let url = "\(endpoint.scheme)://\(endpoint.host(address.bucket))\(path)\(query.isEmpty ? "" : "?")\(query)"
    return HTTPRequest(operation.method, url, headers: headers, body: operation.body)
  }
}
