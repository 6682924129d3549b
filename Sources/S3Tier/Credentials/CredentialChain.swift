internal import HTTPTransport
internal import Primitives
internal import Synchronization

/// Credentials from the first place that has some, kept until shortly before they expire.
///
/// Order, as AWS's own tools have it: environment, shared files, container endpoint, instance endpoint.
final class CredentialChain: Sendable {
  private let sources: [any CredentialSource]
  private let wallClock: any WallClock
  private let current = Mutex<S3Credentials?>(nil)

  /// Renewed so long before they expire.
  private static let marginMilliseconds: Int64 = 5 * 60 * 1_000

  init(_ sources: [any CredentialSource], wallClock: any WallClock) {
    self.sources = sources
    self.wallClock = wallClock
  }

  convenience init(_ environment: S3Environment, transport: any HTTPTransport, clocks: S3Clocks) {
    self.init(
      [
        EnvironmentCredentials(environment), FileCredentials(environment),
        ContainerCredentials(environment, transport, clocks), InstanceCredentials(environment, transport, clocks),
      ],
      wallClock: clocks.wall)
  }

  /// Several callers may ask for new ones at the same time: each gets some, and the last are kept.
  func credentials() throws(CredentialFailure) -> S3Credentials {
    let kept = current.withLock { $0 }
    if let kept, isGood(kept, margin: CredentialChain.marginMilliseconds) { return kept }
    do throws(CredentialFailure) {
      let found = try search()
      current.withLock { $0 = found }
      return found
    } catch {
      // What is still good does until its last moment.
      if let kept, isGood(kept, margin: 0) { return kept }
      throw error
    }
  }

  /// The server refused these: the next call looks again.
  func forget(_ credentials: S3Credentials) {
    current.withLock { if $0 == credentials { $0 = nil } }
  }

  private func isGood(_ credentials: S3Credentials, margin: Int64) -> Bool {
    guard let expiration = credentials.expiration else { return true }
    return wallClock.now().milliseconds < expiration.milliseconds - margin
  }

  private func search() throws(CredentialFailure) -> S3Credentials {
    for source in sources {
      if let found = try source.credentials() { return found }
    }
    throw CredentialFailure("no credentials in the environment, in shared files, or from a container or instance")
  }
}
