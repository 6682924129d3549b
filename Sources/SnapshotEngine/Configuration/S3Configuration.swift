/// How S3 is reached.
public struct S3Configuration: Sendable, Equatable {
  /// How a bucket is named to the server.
  public enum Style: String, Sendable, CaseIterable {
    /// `https://bucket.host/key`.
    case virtualHost = "virtual-host"
    /// `https://host/bucket/key`.
    case path
  }

  /// `http://host:port` or `https://host`; nil: as AWS's variables and files say, else AWS itself.
  public var endpoint: String?
  /// Nil: as AWS's variables and files say.
  public var region: String?
  /// Nil: virtual hosts for AWS, paths for others.
  public var style: Style?
  /// Connections at a time.
  public var connectionCountMax = 32
  /// AWS's standard variables, by name, as the process has them: credentials, profile, region, endpoints; and `HOME`.
  public var variables: [String: String] = [:]

  /// Nothing is set: no credentials are found but those of a container or an instance.
  public init() {}

  /// What of an environment concerns S3.
  init(environment: [String: String]) {
    variables = environment.filter { $0.key.hasPrefix("AWS_") || $0.key == "HOME" }
  }
}
