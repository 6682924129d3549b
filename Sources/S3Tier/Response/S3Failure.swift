internal import HTTPTransport
internal import ObjectTier
internal import Primitives

/// An operation that was given up, and what is known of it.
struct S3Failure: Error {
  let kind: TierError.Kind
  /// Of an outcome that is not known: what the last attempt came to. Of a stall: `.failed` where nothing can have
  /// landed.
  let cause: TierError.Kind?
  /// Method, status, code, request id, how often it was tried, and what to do where that is known.
  let reason: String
}

extension S3Failure {
  /// What one attempt came to, when it is no success.
  enum Attempt: Error {
    case failure(HTTPFailure)
    case answer(HTTPResponse, S3ErrorBody)

    /// Whether another attempt may do.
    var mayPass: Bool {
      switch self {
      case .failure(let failure):
        switch failure.kind {
        case .notConnected, .stalled, .broken: true
        case .refused, .untrusted, .deadline, .tooLarge: false
        }
      case .answer(let response, let error):
        [408, 409, 425, 429, 500, 502, 503, 504].contains(response.status)
          || ["RequestTimeout", "SlowDown", "InternalError", "BadDigest"].contains(error.code)
      }
    }

    /// Whether what was sent may have taken effect.
    var mayHaveLanded: Bool {
      switch self {
      case .failure(let failure): ![.notConnected, .refused, .untrusted].contains(failure.kind)
      case .answer(let response, _): (response.status >= 500 && response.status != 507) || response.status == 408
      }
    }

    /// Whether no byte may have come or gone for as long as is allowed, or nothing was ever connected.
    var wasSilent: Bool {
      if case .failure(let failure) = self { return failure.kind != .broken }
      return false
    }

    var isTimeout: Bool {
      if case .failure(let failure) = self { return failure.kind == .stalled }
      return false
    }

    /// Seconds for which the server asked to be left alone.
    var wantedSeconds: Double? {
      if case .answer(let response, _) = self { return response.header("Retry-After").flatMap { Double($0) } }
      return nil
    }

    var kind: TierError.Kind {
      switch self {
      case .failure(let failure):
        switch failure.kind {
        case .notConnected, .stalled, .deadline: .stalled
        case .tooLarge: .tooLarge(byteCount: 0)
        case .refused, .untrusted, .broken: .failed
        }
      case .answer(let response, let error):
        switch (response.status, error.code) {
        case (404, "NoSuchBucket"): .failed
        case (404, _): .notFound
        case (401, _), (403, _): .denied
        case (507, _), (_, "QuotaExceeded"): .noSpace(missing: nil)
        case (429, _), (503, _): .stalled
        default: .failed
        }
      }
    }

    /// What happened, and what to do about it.
    var text: String {
      switch self {
      case .failure(let failure):
        let advice = failure.kind == .untrusted ? "; name a file with that of its authority by AWS_CA_BUNDLE" : ""
        return Printable.string(failure.reason) + advice
      case .answer(let response, let error):
        let identifier = error.requestIdentifier.isEmpty ? response.header("x-amz-request-id") : error.requestIdentifier
        let code = error.code.isEmpty ? "" : " \(error.code)"
        let message = error.message.isEmpty ? "" : ": \(error.message)"
        let request = identifier.map { " (request \($0))" } ?? ""
        return Printable.string("\(response.status)\(code)\(message)\(request)") + advice(response, error)
      }
    }

    private func advice(_ response: HTTPResponse, _ error: S3ErrorBody) -> String {
      let region = response.header("x-amz-bucket-region") ?? error.region
      switch error.code {
      case "NoSuchBucket": return "; make the bucket, or look at its name"
      case "InvalidAccessKeyId": return "; the server does not know this access key"
      case "SignatureDoesNotMatch": return "; look at the secret key, and at the region"
      case "RequestTimeTooSkewed": return "; set the clock of this host"
      case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException":
        return region.isEmpty ? "; set --s3-region" : "; set --s3-region \(Printable.string(region))"
      default: break
      }
      switch response.status {
      case 301, 307: return region.isEmpty ? "; set --s3-region" : "; set --s3-region \(Printable.string(region))"
      case 401, 403: return "; the policy of the bucket or of this user does not allow it"
      default: return ""
      }
    }
  }
}
