internal import HTTPTransport
internal import Primitives

/// The metadata service of an EC2 instance, by its second version: a token first, then the role's keys.
///
/// Source: Amazon EC2 user guide, "Use the Instance Metadata Service".
struct InstanceCredentials: CredentialSource {
  private let environment: S3Environment
  private let endpoint: LocalEndpoint

  init(_ environment: S3Environment, _ transport: any HTTPTransport, _ clocks: S3Clocks) {
    self.environment = environment
    endpoint = LocalEndpoint(transport: transport, clock: clocks.monotonic, seconds: 1)
  }

  func credentials(by deadline: Deadline) throws(CredentialFailure) -> S3Credentials? {
    guard environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() != "true" else { return nil }
    let base = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ?? "http://169.254.169.254"
    // Most machines are no instance: where nobody answers, there are no credentials.
    guard let token = try? token(base, deadline) else { return nil }
    let roles = "\(base)/latest/meta-data/iam/security-credentials/"
    let names = try body(roles, token, deadline)
    let role = String(decoding: names.prefix { $0 > 32 }, as: UTF8.self)
    guard !role.isEmpty else { throw CredentialFailure("this instance has no role") }
    let url = roles + PercentEncoding.encode(role)
    return try LentCredentials.parse(try body(url, token, deadline), from: url)
  }

  private func token(_ base: String, _ deadline: Deadline) throws(CredentialFailure) -> String {
    let life = HTTPHeader("X-aws-ec2-metadata-token-ttl-seconds", "300")
    let bytes = try endpoint.body(HTTPRequest(.put, "\(base)/latest/api/token", headers: [life]), by: deadline)
    return String(decoding: bytes.prefix { $0 > 32 }, as: UTF8.self)
  }

  private func body(_ url: String, _ token: String, _ deadline: Deadline) throws(CredentialFailure) -> [UInt8] {
    try endpoint.body(
      HTTPRequest(.get, url, headers: [HTTPHeader("X-aws-ec2-metadata-token", token)]), by: deadline)
  }
}
