internal import Crypto
internal import HTTPTransport
internal import Primitives

/// AWS Signature Version 4 for S3, in the `Authorization` header.
///
/// Source: Amazon S3 API reference, "Authenticating Requests: Using the Authorization Header". The tests hold the
/// examples printed there.
struct SignatureV4 {
  let credentials: S3Credentials
  let region: String
  let date: RequestDate

  private static let algorithm = "AWS4-HMAC-SHA256"
  private var scope: String { "\(date.day)/\(region)/s3/aws4_request" }

  /// What is signed of a request. All its headers are.
  struct Subject {
    let method: String
    /// Percent-encoded.
    let path: String
    /// Names and values as they are; encoded and sorted here.
    let query: [(name: String, value: String)]
    let headers: [HTTPHeader]
    /// Of the body, in hex.
    let bodyDigest: String
  }

  /// The value of the `Authorization` header.
  func authorization(of subject: Subject) -> String {
    "\(SignatureV4.algorithm) Credential=\(credentials.accessKey)/\(scope),"
      + "SignedHeaders=\(SignatureV4.signedNames(subject)),Signature=\(signature(of: subject))"
  }

  func signature(of subject: Subject) -> String {
    let request = Digest.of(Array(SignatureV4.canonicalRequest(subject).utf8).rawSpan).hex
    let text = [SignatureV4.algorithm, date.stamp, scope, request].joined(separator: "\n")
    return Hex.string(SignatureV4.code(text, key: key))
  }

  private var key: [UInt8] {
    [date.day, region, "s3", "aws4_request"].reduce(Array("AWS4\(credentials.secretKey)".utf8)) { key, text in
      SignatureV4.code(text, key: key)
    }
  }

  private static func code(_ text: String, key: [UInt8]) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: key)))
  }

  static func canonicalRequest(_ subject: Subject) -> String {
    let headers = sorted(subject.headers).map { "\($0.name):\($0.value)\n" }.joined()
    return [
      subject.method, subject.path, canonicalQuery(subject.query), headers, signedNames(subject), subject.bodyDigest,
    ].joined(separator: "\n")
  }

  /// Also what is sent: one spelling of the query for both.
  static func canonicalQuery(_ query: [(name: String, value: String)]) -> String {
    query.map { (PercentEncoding.encode($0.name), PercentEncoding.encode($0.value)) }
      .sorted { $0 < $1 }
      .map { "\($0.0)=\($0.1)" }
      .joined(separator: "&")
  }

  private static func signedNames(_ subject: Subject) -> String {
    sorted(subject.headers).map(\.name).joined(separator: ";")
  }

  private static func sorted(_ headers: [HTTPHeader]) -> [HTTPHeader] {
    headers.map { HTTPHeader($0.name.lowercased(), trimmed($0.value)) }.sorted { $0.name < $1.name }
  }

  private static func trimmed(_ value: String) -> String {
    value.split(separator: " ").joined(separator: " ")
  }
}
