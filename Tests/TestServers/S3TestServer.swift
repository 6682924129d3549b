import Foundation
import Synchronization

#if S3
  import AsyncHTTPTransport
  import HTTPTransport
  package import ObjectTier
  import Primitives
  package import S3Tier
  import SnapshotFormat

  /// The S3 server of this test process, started when it is first needed. It has the bucket `tests`.
  package enum S3TestServer {
    private static let process = Result { try TestProcess("servers/moto.sh") }
    private static let address = Elsewhere.s3URL.map { .success($0) } ?? process.map(\.firstLine)
    /// Another one, which ends connections that were idle for a second.
    private static let impatient = Result { try TestProcess("servers/moto.sh", ["S3_IDLE_SECONDS": "1"]) }
    /// Another one, which lends keys that are each good for five requests.
    private static let lender = Result { try TestProcess("servers/moto.sh", ["S3_KEY_USES": "5"]) }
    private static let count = Atomic<Int>(0)

    /// Whether there is one. Where tests must not be skipped there always is: then asking for a tier throws the reason.
    package static let isHere: Bool = {
      guard case .failure(let error) = address else { return true }
      print("no S3 server here, its tests are skipped: \(error)")
      return ProcessInfo.processInfo.environment["CI"] != nil
    }()

    /// `http://host:port`.
    package static func url() throws -> String { try address.get() }

    /// The address of one that lends the keys with which it is asked: `/lent-keys` as the endpoint of a container, and
    /// what the endpoint of an instance has.
    package static func lenderURL() throws -> String { try lender.get().firstLine }

    /// The variables by which a program reaches it.
    package static func variables() throws -> [String: String] {
      [
        "AWS_ENDPOINT_URL_S3": try url(), "AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
      ]
    }

    /// An empty store of its own.
    package static func tier(role: TierRole = .origin) throws -> S3ObjectTier {
      try tier(role, of: "store \(count.add(1, ordering: .relaxed).newValue)", at: try url())
    }

    /// An empty store of its own, whose bucket is named in the host as AWS wants it.
    package static func virtualHostTier() throws -> S3ObjectTier {
      let host = "s3.us-east-1.amazonaws.com"
      var connections = HTTPTransportSettings()
      connections.addresses = ["tests.\(host)": "127.0.0.1"]
      let url = try url().replacingOccurrences(of: "127.0.0.1", with: host)
      let store = "virtual host \(count.add(1, ordering: .relaxed).newValue)"
      return try tier(.origin, of: store, at: url, connections, style: .virtualHost)
    }

    /// A store on a server that ends connections when they were idle for a second.
    package static func impatientTier() throws -> any ObjectTier {
      try tier(.origin, of: "store", at: try impatient.get().firstLine)
    }

    /// Flips a bit in the middle of one pack and of one manifest root of a store.
    package static func damage(_ store: String) throws {
      let tier = try tier(.origin, of: store, at: try url())
      for prefix in [ObjectPrefix.packs, .manifests] {
        guard let key = try tier.list(prefix, after: nil, limit: 1).first else {
          throw TestProcess.Unavailable(description: "\(store) has no \(prefix.string)")
        }
        var bytes = try tier.read(key, limit: TierLimits.objectByteCountMax)
        bytes[bytes.count / 2] ^= 4
        try tier.replace(key, bytes)
      }
    }

    static func tier(
      _ role: TierRole, of store: String, at url: String,
      _ connections: HTTPTransportSettings = HTTPTransportSettings(), style: S3Endpoint.Style = .path
    ) throws -> S3ObjectTier {
      guard let address = S3Address(uri: "s3://tests/\(store)"),
        let endpoint = S3Endpoint(url: url, region: "us-east-1", style: style)
      else { throw TestProcess.Unavailable(description: "\(url) is no endpoint") }
      let keys = try variables()
      let clock = SystemClock()
      let settings = S3Settings(
        address: address, endpoint: endpoint, environment: S3Environment(variables: keys) { _ in nil },
        clocks: S3Clocks(wall: clock, monotonic: clock), random: SystemRandomSource())
      return S3ObjectTier(settings, role: role, transport: AsyncHTTPTransport(connections, clock: clock))
    }
  }

  /// One that is served by https, with certificates in a folder: `ca.pem` vouches for it, `other.pem` does not.
  package struct SecureS3Server {
    private let process: TestProcess
    private let folder: String

    package init(certificatesIn folder: String) throws {
      process = try TestProcess("servers/moto.sh", ["S3_TLS": folder])
      self.folder = folder
    }

    /// - Parameter name: of the file with what is trusted; nil: what the system trusts.
    package func tier(trusting name: String?) throws -> any ObjectTier {
      let connections = HTTPTransportSettings(certificateFile: name.map { "\(folder)/\($0)" })
      return try S3TestServer.tier(.origin, of: "secure", at: process.firstLine, connections)
    }
  }
#else
  /// Without the trait there is no S3.
  package enum S3TestServer {
    package static let isHere = false
  }
#endif
