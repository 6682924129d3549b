#if S3
  import ObjectTier
  import Primitives
  import SnapshotFormat
  import TestServers
  import Testing

  /// Connections stay open for the next request. A server may end one at any time, and the client learns of it last.
  @Suite(.enabled(if: S3TestServer.isHere)) struct S3ConnectionTests {
    @Test func `a connection that the server ended while it was idle fails no request`() async throws {
      let tier = try S3TestServer.impatientTier()
      for number in UInt64(1)...2 {
        let name = UniqueName(high: 1, low: number)
        let bytes = [UInt8](repeating: UInt8(number), count: 100_000)
        #expect(try tier.create(.pack(name), bytes) == .created)
        try await Task.sleep(for: .seconds(3))
        #expect(try tier.read(.pack(name), limit: bytes.count) == bytes)
        try await Task.sleep(for: .seconds(3))
      }
    }
  }
#endif
