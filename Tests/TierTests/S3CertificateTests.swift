#if S3
  import AsyncHTTPTransport
  import HTTPTransport
  import ObjectTier
  import Primitives
  import SnapshotFormat
  import TestFiles
  import TestServers
  import Testing

  /// Servers that are asked by https.
  @Suite(.serialized, .enabled(if: S3TestServer.isHere)) struct S3CertificateTests {
    @Test func `a server is trusted only where its authority is, and the refusal says so`() throws {
      let folder = try TemporaryDirectory()
      let server = try SecureS3Server(certificatesIn: folder.path)
      for name in ["other.pem", nil] {
        let tier = try server.tier(trusting: name)
        let error = #expect(throws: TierError.self) { try tier.create(.store, [1]) }
        #expect(error?.kind == .failed)
        #expect(error?.reason.contains("certificate is not trusted") == true, "\(String(describing: error))")
        #expect(error?.reason.contains("AWS_CA_BUNDLE") == true)
      }
      let bytes = [UInt8](repeating: 7, count: 200_000)
      let tier = try server.tier(trusting: "ca.pem")
      #expect(try tier.create(.store, bytes) == .created)
      #expect(try tier.create(.store, [1]) == .exists)
      #expect(try tier.read(.store, limit: bytes.count) == bytes)
    }

    @Test func `a server that never answers the greeting was never connected to`() throws {
      let server = try SlowReader(bytesPerSecond: 1_000_000, stopsAfter: 1)
      defer { server.stop() }
      let clock = SystemClock()
      let transport = AsyncHTTPTransport(HTTPTransportSettings(connectSeconds: 1, stallSeconds: 1), clock: clock)
      let started = clock.nanoseconds()
      let failure = #expect(throws: HTTPFailure.self) {
        try transport.send(
          HTTPRequest(.put, "https://127.0.0.1:\(server.port)/bucket/key", body: [1]), bodyByteCountMax: 1_000,
          deadline: .never)
      }
      #expect(failure?.kind == .notConnected, "\(String(describing: failure))")
      #expect(clock.nanoseconds() - started < 3_000_000_000)
    }
  }
#endif
