internal import HTTPTransport
internal import Primitives

/// The endpoint that ECS, EKS and Lambda-like hosts give a container.
///
/// Source: AWS SDKs and Tools reference, "Container credential provider".
struct ContainerCredentials: CredentialSource {
  private let environment: S3Environment
  private let endpoint: LocalEndpoint

  init(_ environment: S3Environment, _ transport: any HTTPTransport, _ clocks: S3Clocks) {
    self.environment = environment
    endpoint = LocalEndpoint(transport: transport, clock: clocks.monotonic)
  }

  func credentials(by deadline: Deadline) throws(CredentialFailure) -> S3Credentials? {
    guard let url = try url() else { return nil }
    var request = HTTPRequest(.get, url)
    if let token = try token() { request.headers.append(HTTPHeader("Authorization", token)) }
    return try LentCredentials.parse(try endpoint.body(request, by: deadline), from: url)
  }

  private func url() throws(CredentialFailure) -> String? {
    if let path = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] { return "http://169.254.170.2\(path)" }
    guard let url = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] else { return nil }
    // Keys are not asked for over an open network.
    let isNear = ["http://127.", "http://localhost", "http://[::1]", "http://169.254.170."].contains {
      url.hasPrefix($0)
    }
    guard isNear || url.hasPrefix("https://") else {
      throw CredentialFailure("AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor on this host")
    }
    return url
  }

  private func token() throws(CredentialFailure) -> String? {
    guard let path = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] else {
      return environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
    }
    guard let bytes = environment.file(path) else {
      throw CredentialFailure("the file of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be read")
    }
    return String(decoding: bytes.prefix { $0 > 32 }, as: UTF8.self)
  }
}
