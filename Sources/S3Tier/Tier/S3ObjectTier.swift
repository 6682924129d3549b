internal import Crypto
package import HTTPTransport
package import ObjectTier
package import Primitives
internal import SnapshotFormat

/// A store under a prefix of an S3 bucket.
///
/// - `create` is one `PUT` with `If-None-Match: *`: the server lets one of many pass. What servers do with it is tried
///   by `init` and `doctor`; one that ignores it is refused.
/// - What `create` returns for is durable: S3 answers when it is.
/// - Nothing is stored in parts: no object of a store is larger than one `PUT` takes.
/// - Memory: the bytes of the call, once more while they are sent.
package final class S3ObjectTier: ObjectTier {
  package let role: TierRole
  package let location: String
  /// Each is a round trip.
  package let callsAtOnce = 3
  let client: S3Client
  /// By which every call is to end.
  private let deadline: Deadline

  package convenience init(_ settings: S3Settings, role: TierRole, transport: any HTTPTransport) {
    self.init(S3Client(settings, transport: transport), role, .never)
  }

  private init(_ client: S3Client, _ role: TierRole, _ deadline: Deadline) {
    self.client = client
    self.role = role
    self.deadline = deadline
    location = client.address.description
  }

  /// What was sent and received so far.
  package var counters: S3Counters { client.counters }

  package func bounded(by deadline: Deadline) -> any ObjectTier {
    S3ObjectTier(client, role, self.deadline.earlier(deadline))
  }

  func perform(
    _ operation: S3Operation, _ key: ObjectKey?, expecting expected: Set<Int>
  ) throws(TierError) -> HTTPResponse {
    do throws(S3Failure) {
      return try client.perform(operation, expecting: expected, deadline: deadline)
    } catch {
      throw TierError(error.kind, key: key, location: location, reason: error.reason, cause: error.cause)
    }
  }

  /// What stands before the keys of the store in the bucket.
  var root: String { client.address.key("") }

  func path(_ key: ObjectKey) -> String { root + key.string }

  /// `/bucket/key`, as the source of a copy is named.
  func source(_ key: ObjectKey) -> String {
    PercentEncoding.encode("/\(client.address.bucket)/\(path(key))", keepsSlashes: true)
  }

  func unusable(_ key: ObjectKey?, _ reason: String) -> TierError {
    TierError(.failed, key: key, location: location, reason: reason)
  }
}
