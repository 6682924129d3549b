#if S3
  internal import AsyncHTTPClient
  internal import HTTPTransport
  internal import NIOCore
  internal import NIOPosix
  internal import Synchronization

  /// Gives a body to the client piece by piece, each when the one before has left.
  ///
  /// The client measures how long nothing is written only as long as its channel is not full, and takes whatever it is
  /// given until then: given all at once, it would wait for a server that takes nothing for ever. A piece never fills
  /// the channel, encrypted neither; so each has the limit to itself.
  final class PacedUpload: Sendable {
    private struct State {
      var rest: ArraySlice<UInt8> = []
      var writer: HTTPClient.Body.StreamWriter?
      var done: EventLoopPromise<Void>?
    }

    private static let pieceByteCount = 32 << 10
    private let state = Mutex(State())

    /// As the client asks for the body, once.
    func begin(_ bytes: [UInt8], _ writer: HTTPClient.Body.StreamWriter) -> EventLoopFuture<Void> {
      let done = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: Void.self)
      state.withLock { $0 = State(rest: bytes[...], writer: writer, done: done) }
      goOn()
      return done.futureResult
    }

    /// The piece that was given last has left.
    func goOn() {
      let (piece, writer) = state.withLock { state in
        defer { state.rest = state.rest.dropFirst(PacedUpload.pieceByteCount) }
        return (state.rest.prefix(PacedUpload.pieceByteCount), state.writer)
      }
      guard !piece.isEmpty, let writer else { return end(nil) }
      writer.write(.byteBuffer(ByteBuffer(bytes: piece))).whenFailure { [weak self] error in self?.end(error) }
    }

    /// Nothing more is sent.
    func end(_ error: (any Error)?) {
      let done = state.withLock { state in
        defer { state = State() }
        return state.done
      }
      if let error { done?.fail(error) } else { done?.succeed(()) }
    }

    deinit { end(HTTPFailure(.broken, "the request ended before its body was sent")) }
  }
#endif
