import HTTPTransport
import ObjectTier
import Primitives
import SnapshotFormat
import Testing

@testable import S3Tier

/// What the tier makes of a server's answers. What real servers answer stands in `TierConformanceTests`.
@Suite struct TierBehaviourTests {
  private let clock = MovableClock()
  private let key = ObjectKey.store
  private let refused = HTTPFailure(.notConnected, "connection refused")
  private let broken = HTTPFailure(.broken, "connection reset")

  private func tier(
    _ transport: ScriptedTransport,
    _ variables: [String: String] = ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"]
  ) throws -> S3ObjectTier {
    var settings = S3Settings(
      address: try #require(S3Address(uri: "s3://bucket/pre")), endpoint: S3Endpoint(region: "us-east-1"),
      environment: S3Environment(variables: variables) { _ in nil },
      clocks: S3Clocks(wall: clock, monotonic: SystemClock()), random: SeededRandomSource(seed: 1))
    (settings.retry.attemptCountMax, settings.retry.baseSeconds) = (4, 0)
    return S3ObjectTier(settings, role: .origin, transport: transport)
  }

  private func answer(_ status: Int, _ code: String = "", _ headers: [HTTPHeader] = []) -> Result<
    HTTPResponse, HTTPFailure
  > {
    let body = code.isEmpty ? "" : "<Error><Code>\(code)</Code><Message>m</Message><RequestId>R1</RequestId></Error>"
    return .success(HTTPResponse(status: status, headers: headers, body: Array(body.utf8)))
  }

  private func failure(_ body: () throws -> some Any) -> TierError? {
    #expect(throws: TierError.self) { _ = try body() }
  }

  @Test func `an answer that was lost leaves a create open, and one that never left does not`() throws {
    let lost = ScriptedTransport([.failure(broken)] + [Result](repeating: .failure(refused), count: 3))
    #expect(failure { try tier(lost).create(key, [1]) }?.kind == .outcomeUnknown)
    #expect(lost.requests.count == 4)
    let never = ScriptedTransport([Result](repeating: .failure(refused), count: 4))
    #expect(failure { try tier(never).create(key, [1]) }?.kind == .stalled)
    let failing = ScriptedTransport([Result](repeating: answer(500), count: 4))
    #expect(failure { try tier(failing).create(key, [1]) }?.kind == .outcomeUnknown)
  }

  @Test func `a create that surely did nothing says so, whatever kept it from it`() throws {
    for never in [answer(429, "SlowDown"), .failure(refused)] {
      let transport = ScriptedTransport([Result](repeating: never, count: 4))
      let error = failure { try tier(transport).create(key, [1]) }
      #expect(error?.kind == .stalled && error?.cause == .failed)
    }
    let open = ScriptedTransport([answer(503)] + [Result](repeating: answer(429), count: 3))
    #expect(failure { try tier(open).create(key, [1]) }?.kind == .outcomeUnknown)
    let silent = ScriptedTransport([Result](repeating: .failure(HTTPFailure(.stalled, "no byte")), count: 4))
    #expect(failure { try tier(silent).create(key, [1]) }?.kind == .outcomeUnknown)
  }

  @Test func `what is put carries the digest by which a server notices what came to harm on the way`() throws {
    let transport = ScriptedTransport([answer(200), answer(400, "BadDigest"), answer(200)])
    let tier = try tier(transport)
    try tier.replace(key, Array("abc".utf8))
    #expect(try tier.create(key, Array("abc".utf8)) == .created)
    #expect(transport.requests.count == 3)
    let digest = HTTPHeader("Content-MD5", "kAFQmDzST7DWlj99KOF/cg==")
    #expect(transport.requests.allSatisfy { $0.headers.contains(digest) })
  }

  @Test func `a create whose first answer was lost finds its own object: it exists`() throws {
    let transport = ScriptedTransport([.failure(broken), answer(412, "PreconditionFailed")])
    #expect(try tier(transport).create(key, [1]) == .exists)
    #expect(transport.requests.allSatisfy { $0.headers.contains(HTTPHeader("If-None-Match", "*")) })
    #expect(Set(transport.requests.map(\.body)) == [[1]])
  }

  @Test(arguments: [409, 429, 500, 502, 503, 504])
  func `a server that is busy is asked again`(status: Int) throws {
    let transport = ScriptedTransport([answer(status, "SlowDown"), answer(200)])
    #expect(try tier(transport).create(key, [1]) == .created)
    #expect(transport.requests.count == 2)
  }

  @Test func `no right is told at once, with code, request and what to do`() throws {
    let transport = ScriptedTransport([answer(403, "AccessDenied")])
    let error = failure { try tier(transport).read(key, limit: 10) }
    #expect(error?.kind == .denied)
    #expect(
      error?.reason
        == "GET: 403 AccessDenied: m (request R1); the policy of the bucket or of this user does not allow it")
    #expect(error?.description.hasPrefix("s3://bucket/pre/store: ") == true)
    #expect(transport.requests.count == 1)
  }

  @Test func `a bucket elsewhere is told with its region`() throws {
    let header = HTTPHeader("x-amz-bucket-region", "eu-west-1")
    let transport = ScriptedTransport([answer(301, "PermanentRedirect", [header])])
    #expect(failure { try tier(transport).read(key, limit: 10) }?.reason.hasSuffix("set --s3-region eu-west-1") == true)
  }

  @Test func `a clock that is off is set by the server's`() throws {
    let date = HTTPHeader("Date", "Sun, 06 Nov 1994 08:49:37 GMT")
    let transport = ScriptedTransport([answer(403, "RequestTimeTooSkewed", [date]), answer(200)])
    _ = try tier(transport).read(key, limit: 10)
    let dates = transport.requests.map { $0.headers.first { $0.name == "x-amz-date" }?.value }
    #expect(dates == ["19700101T000000Z", "19941106T084937Z"])
  }

  private func keys(_ name: String) -> Result<HTTPResponse, HTTPFailure> {
    let body = #"{"AccessKeyId":"\#(name)","SecretAccessKey":"s","Token":"t","Expiration":"2030-01-01T00:00:00Z"}"#
    return .success(HTTPResponse(status: 200, body: Array(body.utf8)))
  }

  private static let lent = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/k"]

  @Test(arguments: ["ExpiredToken", "InvalidToken", "TokenRefreshRequired", ""])
  func `keys that are refused are asked for again, and the request sent with others`(code: String) throws {
    let transport = ScriptedTransport([keys("one"), answer(400, code), keys("two"), answer(404)])
    #expect(try tier(transport, TierBehaviourTests.lent).byteCount(of: key) == nil)
    let signed = transport.requests.compactMap { $0.headers.first { $0.name == "Authorization" }?.value }
    #expect(signed.map { $0.contains("Credential=two/") } == [false, true])
  }

  @Test func `where the keys are the same a refusal is told at once`() throws {
    let refusals = [("ExpiredToken", 400), ("", 403)]
    for (code, status) in refusals {
      let same = ScriptedTransport([keys("one"), answer(status, code), keys("one")])
      let error = failure { try tier(same, TierBehaviourTests.lent).byteCount(of: key) }
      #expect(error?.reason.contains("\(status)") == true)
      #expect(same.requests.count == 3)
      let own = ScriptedTransport([answer(status, code)])
      #expect(failure { try tier(own).byteCount(of: key) }?.reason.contains("\(status)") == true)
      #expect(own.requests.count == 1)
    }
  }

  @Test func `a HEAD that is refused without a word is signed by the server's clock where that is another`() throws {
    let date = HTTPHeader("Date", "Sun, 06 Nov 1994 08:49:37 GMT")
    let transport = ScriptedTransport([answer(403, "", [date]), answer(404)])
    #expect(try tier(transport).byteCount(of: key) == nil)
    let near = HTTPHeader("Date", "Thu, 01 Jan 1970 00:00:30 GMT")
    let denied = ScriptedTransport([answer(403, "", [near])])
    #expect(failure { try tier(denied).byteCount(of: key) }?.kind == .denied)
  }

  @Test func `fewer bytes than asked for are never given`() throws {
    let total = HTTPHeader("Content-Range", "bytes 0-4/5")
    let short = HTTPResponse(status: 206, headers: [total], body: [1, 2, 3, 4, 5])
    #expect(
      failure { try tier(ScriptedTransport([.success(short)])).read(key, range: 0..<10) }?.kind
        == .tooShort(byteCount: 5))
    let behind = HTTPResponse(status: 416, headers: [HTTPHeader("Content-Range", "bytes */5")])
    #expect(
      failure { try tier(ScriptedTransport([.success(behind)])).read(key, range: 7..<9) }?.kind
        == .tooShort(byteCount: 5))
    let torn = HTTPResponse(status: 206, headers: [HTTPHeader("Content-Range", "bytes 0-9/99")], body: [1, 2])
    #expect(failure { try tier(ScriptedTransport([.success(torn)])).read(key, range: 0..<10) }?.kind == .failed)
    // A server that ignores ranges.
    #expect(failure { try tier(ScriptedTransport([answer(200)])).read(key, range: 0..<10) }?.kind == .failed)
  }

  @Test func `a listing that does not ascend is refused`() throws {
    let text =
      "<ListBucketResult><Contents><Key>pre/packs/b</Key></Contents>"
      + "<Contents><Key>pre/packs/a</Key></Contents></ListBucketResult>"
    let transport = ScriptedTransport([.success(HTTPResponse(status: 200, body: Array(text.utf8)))])
    #expect(failure { try tier(transport).list(.packs, after: nil, limit: 10) }?.reason.contains("ascend") == true)
  }

  @Test func `a copy that fails behind a good status is a failure, and nothing is removed`() throws {
    let transport = ScriptedTransport([answer(200, "InternalError")])
    #expect(failure { try tier(transport).quarantine(key, mark: UniqueName(high: 1, low: 2)) }?.kind == .failed)
    #expect(transport.requests.map(\.method) == [.put])
  }

  @Test func `a bucket in the host is what is sent to and what is signed`() throws {
    let transport = ScriptedTransport([answer(200)])
    _ = try tier(transport).read(key, limit: 10)
    let request = try #require(transport.requests.first)
    #expect(request.url == "https://bucket.s3.us-east-1.amazonaws.com/pre/store")
    #expect(request.headers.contains(HTTPHeader("Host", "bucket.s3.us-east-1.amazonaws.com")))
    let signature = SignatureV4(
      credentials: S3Credentials(accessKey: "a", secretKey: "b"), region: "us-east-1", date: RequestDate(clock.now()))
    let empty = Digest.of([UInt8]().rawSpan).hex
    let subject = SignatureV4.Subject(
      method: "GET", path: "/pre/store", query: [],
      headers: request.headers.filter { $0.name != "Authorization" }, bodyDigest: empty)
    #expect(request.headers.last == HTTPHeader("Authorization", signature.authorization(of: subject)))
  }

  @Test func `a call that is bounded ends by its deadline`() throws {
    let transport = ScriptedTransport([Result](repeating: .failure(refused), count: 4))
    let bounded = try tier(transport).bounded(by: Deadline(seconds: 0, from: SystemClock()))
    #expect(failure { try bounded.create(key, [1]) }?.kind == .stalled)
    #expect(transport.requests.isEmpty)
  }

  @Test func `requests are counted by kind, and what was repeated`() throws {
    let transport = ScriptedTransport([.failure(broken), answer(200), answer(404)])
    let tier = try tier(transport)
    _ = try tier.create(key, [1, 2, 3])
    #expect(try tier.byteCount(of: key) == nil)
    #expect(tier.counters.requests == ["put": 2, "head": 1])
    #expect(tier.counters.retries == 1)
    #expect(tier.counters.bytesSent == 6)
    let before = tier.counters
    #expect(before.requestsByKind == "head 1, put 2")
    #expect((tier.counters - before).requestsByKind.isEmpty)
  }

  @Test func `what the server's clock is ahead or behind is told, less than a second is nothing`() throws {
    clock.set(milliseconds: 100_700)
    let times = [("00:01:40", 0), ("00:01:41", 300), ("00:01:39", -701), ("01:01:40", 3_599_300)]
    for (time, skew) in times {
      let date = HTTPHeader("Date", "Thu, 01 Jan 1970 \(time) GMT")
      #expect(try tier(ScriptedTransport([answer(404, "", [date])])).clockSkewMilliseconds() == Int64(skew))
    }
    #expect(try tier(ScriptedTransport([answer(200)])).clockSkewMilliseconds() == nil)
  }
}
