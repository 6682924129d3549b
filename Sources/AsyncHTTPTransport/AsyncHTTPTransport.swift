#if S3
  internal import AsyncHTTPClient
  internal import Glibc
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
          request: HTTPClient.Request(request, collector.upload), delegate: collector,
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
      dnsOverride = settings.addresses
      // Whoever calls tries again, and counts how often.
      connectionPool.retryConnectionEstablishment = false
      http1_1ConnectionDebugInitializer = { $0.boundUnsent() }
    }
  }

  extension Channel {
    /// A kernel takes megabytes of a body before it has sent them. Then a slow upload looks like one that came to its
    /// end, and the wait for the answer, which the stall limit bounds, begins long before the last byte leaves. With
    /// this it holds little that is unsent, whatever is under way: a piece is taken when the one before it has gone.
    ///
    /// A kernel that does not know the option is used as it is.
    fileprivate func boundUnsent() -> EventLoopFuture<Void> {
      let option = ChannelOptions.tcpOption(NIOBSDSocket.Option(rawValue: TCP_NOTSENT_LOWAT))
      return setOption(option, value: unsentByteCountMax).flatMapErrorThrowing { _ in }
    }

    private var unsentByteCountMax: Int { 64 << 10 }
  }

  extension HTTPClient.Request {
    fileprivate init(_ request: HTTPRequest, _ upload: PacedUpload) throws {
      try self.init(
        url: request.url, method: HTTPMethod(rawValue: request.method.rawValue),
        headers: HTTPHeaders(request.headers.map { ($0.name, $0.value) }),
        body: request.body.isEmpty
          ? nil : .stream(contentLength: Int64(request.body.count)) { upload.begin(request.body, $0) })
    }
  }
#endif
