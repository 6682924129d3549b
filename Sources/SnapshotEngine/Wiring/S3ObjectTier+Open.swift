internal import ObjectTier
internal import Primitives
internal import S3Tier

#if S3
  internal import AsyncHTTPTransport
  internal import HTTPTransport
#endif

extension S3ObjectTier {
  /// - Throws: `.usage` when the endpoint or region cannot be used, or the program was built without S3.
  static func open(
    _ address: S3Address, _ configuration: EngineConfiguration, role: TierRole
  ) throws(EngineError) -> S3ObjectTier {
    #if S3
      let environment = S3Environment(variables: configuration.s3.variables) { path in
        try? LocalFile.bytes(at: path, limit: 1 << 20)
      }
      let endpoint: S3Endpoint
      do throws(CredentialFailure) {
        endpoint = try S3Endpoint.resolve(
          endpoint: configuration.s3.endpoint, region: configuration.s3.region,
          style: configuration.s3.style.map { $0 == .path ? .path : .virtualHost }, in: environment)
      } catch {
        throw EngineError(.usage, "\(address): \(error.reason)", subject: "\(address)")
      }
      let certificates = environment["AWS_CA_BUNDLE"]
      if let certificates, environment.file(certificates) == nil {
        let name = Printable.string(certificates)
        throw EngineError(.usage, "AWS_CA_BUNDLE is \(name), which cannot be read", subject: name)
      }
      var settings = S3Settings(
        address: address, endpoint: endpoint, environment: environment,
        clocks: S3Clocks(wall: clock, monotonic: clock), random: random)
      settings.retry.stallSeconds = configuration.stallTimeoutSeconds
      let transport = AsyncHTTPTransport(
        HTTPTransportSettings(
          connectSeconds: min(10, configuration.stallTimeoutSeconds), stallSeconds: configuration.stallTimeoutSeconds,
          connectionCountMax: configuration.s3.connectionCountMax,
          certificateFile: certificates),
        clock: clock)
      return S3ObjectTier(settings, role: role, transport: transport)
    #else
      throw EngineError(
        .usage, "\(address): S3 is not built into this program", subject: "s3",
        advice: "Build it with the package's trait S3, which is on unless it is disabled")
    #endif
  }
}
