internal import HTTPTransport
internal import Primitives
internal import Synchronization

extension S3Client {
  /// Whose request it is, and by which clock.
  struct Signing {
    let credentials: S3Credentials
    let skewMilliseconds: Int64
  }

  /// Servers allow for minutes; by less than this no clock is off.
  private static let skewMillisecondsMin: Int64 = 60_000

  func signing(by deadline: Deadline) throws(HTTPFailure) -> Signing {
    do throws(CredentialFailure) {
      let credentials = try credentials.credentials(by: deadline)
      return Signing(credentials: credentials, skewMilliseconds: state.withLock { $0.skewMilliseconds })
    } catch {
      // Nothing was sent in either case; without time nobody can say that there are no keys.
      throw HTTPFailure(deadline.hasPassed(on: clocks.monotonic) ? .notConnected : .refused, error.reason)
    }
  }

  /// Takes from a refusal what makes the next attempt pass; false where there is nothing to take.
  ///
  /// The refusal of a HEAD has no body: whether the clock is off or the keys expired is looked at then.
  func adapt(to attempt: S3Failure.Attempt, _ used: Signing, _ deadline: Deadline) -> Bool {
    guard case .answer(let response, let error) = attempt else { return false }
    switch error.code {
    case "RequestTimeTooSkewed": return learnsTime(response, used)
    case "ExpiredToken", "InvalidToken", "TokenRefreshRequired":
      return credentials.renews(used.credentials, by: deadline)
    case "" where [400, 403].contains(response.status):
      return learnsTime(response, used) || credentials.renews(used.credentials, by: deadline)
    default: return false
    }
  }

  /// Whether the server's clock is another than the one the request was signed by.
  private func learnsTime(_ response: HTTPResponse, _ used: Signing) -> Bool {
    guard let date = response.header("Date").flatMap(Timestamp.init(http:)) else { return false }
    let skew = date.milliseconds - clocks.wall.now().milliseconds
    state.withLock { $0.skewMilliseconds = skew }
    return abs(skew - used.skewMilliseconds) >= S3Client.skewMillisecondsMin
  }

  func signed(_ operation: S3Operation, _ signing: Signing) -> HTTPRequest {
    let credentials = signing.credentials
    let date = RequestDate(Timestamp(milliseconds: clocks.wall.now().milliseconds + signing.skewMilliseconds))
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
