#if S3
  internal import AsyncHTTPClient
  package import HTTPTransport
  internal import NIOCore
  internal import NIOHTTP1
  internal import NIOPosix
  internal import NIOSSL
  package import Primitives

  /// Requests over async-http-client, on the process's shared event loops.
  package final class AsyncHTTPTransport: HTTPTransport {
    private let client: HTTPClient
    private let clock: SystemClock

    package init(_ settings: HTTPTransportSettings, clock: SystemClock) {
      self.clock = clock
      client = HTTPClient(
        eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: HTTPClient.Configuration(settings))
    }

    deinit {
      // The client must be told; its connections close in the background.
      client.shutdown { _ in }
    }

    package func send(
      _ request: HTTPRequest, bodyByteCountMax: Int, deadline: Deadline
    ) throws(HTTPFailure) -> HTTPResponse {
      let collector = BodyCollector(byteCountMax: bodyByteCountMax)
      do {
        let task = try client.execute(
          request: HTTPClient.Request(request), delegate: collector,
          deadline: deadline.nanosecondsLeft(on: clock).map { .now() + .nanoseconds(Int64(min($0, 1 << 60))) })
        return try task.futureResult.wait()
      } catch {
        throw HTTPFailure(error)
      }
    }
  }

  extension HTTPClient.Configuration {
    fileprivate init(_ settings: HTTPTransportSettings) {
      let stall = TimeAmount.nanoseconds(Int64(settings.stallSeconds * 1e9))
      var tls = TLSConfiguration.makeClientConfiguration()
      if let file = settings.certificateFile { tls.trustRoots = .file(file) }
      self.init(
        tlsConfiguration: tls, redirectConfiguration: .disallow,
        timeout: Timeout(
          connect: .nanoseconds(Int64(settings.connectSeconds * 1e9)), read: stall, write: stall),
        connectionPool: ConnectionPool(
          idleTimeout: .seconds(20), concurrentHTTP1ConnectionsPerHostSoftLimit: settings.connectionCountMax))
      httpVersion = .http1Only
      // Whoever calls tries again, and counts how often.
      connectionPool.retryConnectionEstablishment = false
    }
  }

  extension HTTPClient.Request {
    fileprivate init(_ request: HTTPRequest) throws {
      try self.init(
        url: request.url, method: HTTPMethod(rawValue: request.method.rawValue),
        headers: HTTPHeaders(request.headers.map { ($0.name, $0.value) }),
        body: HTTPClient.Request.body(request.body))
    }

    /// In pieces: the limit on how long nothing may move is one of each, not of the whole.
    private static func body(_ bytes: [UInt8]) -> HTTPClient.Body? {
      guard !bytes.isEmpty else { return nil }
      return .stream(contentLength: Int64(bytes.count)) { send(bytes[...], to: $0) }
    }

    private static func send(
      _ bytes: ArraySlice<UInt8>, to writer: HTTPClient.Body.StreamWriter
    ) -> EventLoopFuture<Void> {
      let sent = writer.write(.byteBuffer(ByteBuffer(bytes: bytes.prefix(pieceByteCount))))
      let rest = bytes.dropFirst(pieceByteCount)
      return rest.isEmpty ? sent : sent.flatMap { send(rest, to: writer) }
    }

    private static let pieceByteCount = 64 << 10
  }
#endif
