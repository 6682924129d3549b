package import Primitives

/// All that an S3 tier is opened with.
package struct S3Settings: Sendable {
  package let address: S3Address
  package let endpoint: S3Endpoint
  package let environment: S3Environment
  package let clocks: S3Clocks
  package let random: any RandomSource
  package var retry = RetryPolicy()

  package init(
    address: S3Address, endpoint: S3Endpoint, environment: S3Environment, clocks: S3Clocks, random: any RandomSource
  ) {
    self.address = address
    self.endpoint = endpoint
    self.environment = environment
    self.clocks = clocks
    self.random = random
  }
}

extension S3Endpoint {
  /// The endpoint and region that are named, else those of the environment and the profile, else AWS's own server.
  ///
  /// - Throws: `CredentialFailure` for an address that is none, or when nothing tells the region of AWS's server.
  package static func resolve(
    endpoint: String?, region: String?, style: Style?, in environment: S3Environment
  ) throws(CredentialFailure) -> S3Endpoint {
    let named =
      endpoint ?? environment["AWS_ENDPOINT_URL_S3"] ?? environment["AWS_ENDPOINT_URL"]
      ?? environment.configured("endpoint_url")
    let region =
      region ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? environment.configured("region")
    guard let named else {
      guard let region else { throw CredentialFailure("no region is set: give --s3-region, or set AWS_REGION") }
      return S3Endpoint(region: region)
    }
    guard let endpoint = S3Endpoint(url: named, region: region ?? "us-east-1", style: style) else {
      throw CredentialFailure("\(Printable.string(named)) is no endpoint: write http://host:port or https://host")
    }
    return endpoint
  }
}
