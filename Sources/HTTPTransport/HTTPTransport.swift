package import Primitives

/// Sends requests, one at a time for each thread that calls.
///
/// - A call blocks its thread until the answer is complete, the stall limit or the deadline passed.
/// - No redirect is followed and nothing is sent twice: whoever calls decides.
package protocol HTTPTransport: Sendable {
  /// - Parameter bodyByteCountMax: an answer with a longer body is `.tooLarge`; memory follows what arrives.
  func send(_ request: HTTPRequest, bodyByteCountMax: Int, deadline: Deadline) throws(HTTPFailure) -> HTTPResponse
}

/// How connections are made.
package struct HTTPTransportSettings: Sendable {
  /// For so long a connection may take to come about.
  package var connectSeconds: Double
  /// For so long no byte may move.
  package var stallSeconds: Double
  /// Connections to one host at a time.
  package var connectionCountMax: Int
  /// A file of certificates to trust (PEM), instead of the system's.
  package var certificateFile: String?
  /// Where hosts are, in place of what their names resolve to.
  package var addresses: [String: String] = [:]

  package init(
    connectSeconds: Double = 10, stallSeconds: Double = 30, connectionCountMax: Int = 32, certificateFile: String? = nil
  ) {
    self.connectSeconds = connectSeconds
    self.stallSeconds = stallSeconds
    self.connectionCountMax = connectionCountMax
    self.certificateFile = certificateFile
  }
}
