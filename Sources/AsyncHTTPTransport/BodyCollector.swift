#if S3
  internal import AsyncHTTPClient
  internal import HTTPTransport
  internal import NIOCore
  internal import NIOHTTP1
  internal import Synchronization

  /// Sends the body of one request, and gathers its answer in memory, up to a limit.
  final class BodyCollector: HTTPClientResponseDelegate {
    private struct Answer {
      var head: HTTPResponseHead?
      var body: [UInt8] = []
    }

    private let byteCountMax: Int
    private let answer = Mutex(Answer())
    let upload = PacedUpload()

    init(byteCountMax: Int) {
      self.byteCountMax = byteCountMax
    }

    /// Not on the spot: where all of a body leaves at once, pieces would pile up on the stack.
    func didSendRequestPart(task: HTTPClient.Task<HTTPResponse>, _ part: IOData) {
      task.eventLoop.execute { [upload] in upload.goOn() }
    }

    func didReceiveError(task: HTTPClient.Task<HTTPResponse>, _ error: any Error) { upload.end(error) }

    func didReceiveHead(task: HTTPClient.Task<HTTPResponse>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
      let announced = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
      answer.withLock { answer in
        answer = Answer(head: head)
        answer.body.reserveCapacity(min(max(announced, 0), byteCountMax))
      }
      return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<HTTPResponse>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
      let isWithin = answer.withLock { answer in
        guard buffer.readableBytes <= byteCountMax - answer.body.count else { return false }
        answer.body.append(contentsOf: buffer.readableBytesView)
        return true
      }
      if isWithin { return task.eventLoop.makeSucceededVoidFuture() }
      let failure = HTTPFailure(.tooLarge, "the answer is longer than \(byteCountMax) bytes")
      return task.eventLoop.makeFailedFuture(failure)
    }

    func didFinishRequest(task: HTTPClient.Task<HTTPResponse>) throws -> HTTPResponse {
      try answer.withLock { answer in
        guard let head = answer.head else { throw HTTPFailure(.broken, "the answer has no head") }
        let headers = head.headers.map { HTTPHeader($0.name, $0.value) }
        return HTTPResponse(status: Int(head.status.code), headers: headers, body: answer.body)
      }
    }
  }
#endif
