#if S3
  internal import AsyncHTTPClient
  internal import Glibc
  internal import HTTPTransport
  internal import NIOCore
  internal import NIOPosix
  internal import NIOSSL

  extension HTTPFailure {
    /// What an error of the client means for whoever sent the request.
    init(_ error: any Error) {
      switch error {
      case let failure as HTTPFailure: self = failure
      case let error as HTTPClientError: self.init(error)
      case let error as NIOConnectionError: self.init(.notConnected, HTTPFailure.text(error))
      case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: self.init(tls: error)
      case let error as IOError: self.init(error)
      case is ChannelError: self.init(.broken, "\(error)")
      default: self.init(.broken, "\(error)")
      }
    }

    private init(tls error: any Error) {
      if error is NIOSSLExtraError || "\(error)".contains("CERTIFICATE_VERIFY_FAILED") {
        self.init(.untrusted, "the server's certificate is not trusted")
      } else {
        self.init(.refused, "TLS: \(error)")
      }
    }

    private init(_ error: HTTPClientError) {
      switch error {
      case .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout:
        self.init(.notConnected, "no connection came about in time")
      case .readTimeout, .writeTimeout: self.init(.stalled, "no byte moved within the limit")
      case .deadlineExceeded: self.init(.deadline, "the deadline passed")
      case .invalidURL, .emptyHost, .emptyScheme: self.init(.refused, "\(error)")
      default: self.init(.broken, error.shortDescription)
      }
    }

    private init(_ error: IOError) {
      let isUnsent = [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH].contains(error.errnoCode)
      let reason = unsafe String(cString: strerror(error.errnoCode))
      self.init(isUnsent ? .notConnected : .broken, reason)
    }

    private static func text(_ error: NIOConnectionError) -> String {
      let first = error.connectionErrors.first.map { "\($0.error)" } ?? error.dnsAError.map { "\($0)" }
      return "\(error.host):\(error.port): \(first ?? "no such host")"
    }
  }
#endif
