#if S3
  import AsyncHTTPTransport
  import HTTPTransport
  import Primitives
  import Testing

  /// The stall limit is about bytes that leave, not about those that a kernel has taken.
  @Suite(.serialized) struct SlowUploadTests {
    private let clock = SystemClock()

    private func upload(
      _ byteCount: Int, to server: SlowReader, stallSeconds: Double
    ) throws -> (Result<HTTPResponse, HTTPFailure>, seconds: Double) {
      let transport = AsyncHTTPTransport(HTTPTransportSettings(stallSeconds: stallSeconds), clock: clock)
      let body = [UInt8](repeating: 7, count: byteCount)
      let request = HTTPRequest(.put, "http://127.0.0.1:\(server.port)/bucket/key", body: body)
      let started = clock.nanoseconds()
      let result = Result { () throws(HTTPFailure) in
        try transport.send(request, bodyByteCountMax: 1_000, deadline: .never)
      }
      return (result, Double(clock.nanoseconds() - started) / 1e9)
    }

    @Test func `a server that stops taking the body is a stall`() throws {
      let server = try SlowReader(bytesPerSecond: 4_000_000, stopsAfter: 1_000_000)
      defer { server.stop() }
      let (result, seconds) = try upload(8_000_000, to: server, stallSeconds: 1)
      #expect(throws: HTTPFailure.self) { try result.get() }
      guard case .failure(let failure) = result else { return }
      #expect(failure.kind == .stalled && seconds < 4, "\(failure) after \(seconds) s")
    }

    @Test func `a body that goes slowly for many times the limit arrives`() throws {
      let server = try SlowReader(bytesPerSecond: 1_500_000)
      defer { server.stop() }
      let (result, seconds) = try upload(8_000_000, to: server, stallSeconds: 1)
      #expect(try result.get().status == 200)
      #expect(seconds > 4, "it took \(seconds) s: nothing was slow")
    }
  }
#endif
