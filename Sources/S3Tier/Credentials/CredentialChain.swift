internal import HTTPTransport
internal import Primitives
internal import Synchronization

/// Credentials from the first place that has some, kept until shortly before they expire.
///
/// - Order, as AWS's own tools have it: environment, shared files, container endpoint, instance endpoint.
/// - One caller asks at a time; the others wait for what it gets, or go on with what is still good.
/// - Where nothing was got nobody asks again for a while.
final class CredentialChain: Sendable {
  private struct State {
    var kept: S3Credentials?
    var failure: (reason: CredentialFailure, at: Timestamp)?
  }

  private let sources: [any CredentialSource]
  private let clocks: S3Clocks
  private let state = Mutex(State())
  /// Of asking.
  private let turn = Mutex(())

  /// Renewed so long before they expire.
  private static let marginMilliseconds: Int64 = 5 * 60 * 1_000
  private static let pauseMilliseconds: Int64 = 10_000
  private static let lookNanoseconds: UInt64 = 10_000_000

  init(_ environment: S3Environment, transport: any HTTPTransport, clocks: S3Clocks) {
    sources = [
      EnvironmentCredentials(environment), FileCredentials(environment),
      ContainerCredentials(environment, transport, clocks), InstanceCredentials(environment, transport, clocks),
    ]
    self.clocks = clocks
  }

  func credentials(by deadline: Deadline) throws(CredentialFailure) -> S3Credentials {
    if let kept = kept(for: CredentialChain.marginMilliseconds) { return kept }
    while true {
      let found = try turn.withLockIfAvailable { _ throws(CredentialFailure) in try renewed(by: deadline) }
      // What is still good does until its last moment.
      if let found = found ?? kept(for: 0) { return found }
      guard !deadline.hasPassed(on: clocks.monotonic) else {
        throw CredentialFailure("the deadline passed while credentials were asked for")
      }
      clocks.monotonic.sleep(nanoseconds: CredentialChain.lookNanoseconds)
    }
  }

  /// The server refused these: whether there are others by now, or will be soon.
  func renews(_ refused: S3Credentials, by deadline: Deadline) -> Bool {
    let isRenewed = turn.withLockIfAvailable { _ in
      let kept = state.withLock { $0.kept }
      if let kept, kept != refused { return true }
      guard let found = try? search(by: deadline) else { return false }
      return found != refused
    }
    return isRenewed ?? true
  }

  /// Another may have had the turn meanwhile.
  private func renewed(by deadline: Deadline) throws(CredentialFailure) -> S3Credentials {
    if let kept = kept(for: CredentialChain.marginMilliseconds) { return kept }
    do throws(CredentialFailure) {
      return try search(by: deadline)
    } catch {
      guard let kept = kept(for: 0) else { throw error }
      return kept
    }
  }

  private func kept(for milliseconds: Int64) -> S3Credentials? {
    guard let kept = state.withLock({ $0.kept }) else { return nil }
    guard let expiration = kept.expiration else { return kept }
    return clocks.wall.now().milliseconds < expiration.milliseconds - milliseconds ? kept : nil
  }

  /// Keeps what it finds. With the turn only.
  private func search(by deadline: Deadline) throws(CredentialFailure) -> S3Credentials {
    if let failure = state.withLock({ $0.failure }) {
      let age = clocks.wall.now().milliseconds - failure.at.milliseconds
      if (0..<CredentialChain.pauseMilliseconds).contains(age) { throw failure.reason }
    }
    do throws(CredentialFailure) {
      let found = try first(by: deadline)
      state.withLock { $0 = State(kept: found) }
      return found
    } catch {
      // A caller without patience says nothing about who was asked.
      if !deadline.hasPassed(on: clocks.monotonic) {
        state.withLock { $0.failure = (error, clocks.wall.now()) }
      }
      throw error
    }
  }

  private func first(by deadline: Deadline) throws(CredentialFailure) -> S3Credentials {
    for source in sources {
      if let found = try source.credentials(by: deadline) { return found }
    }
    throw CredentialFailure("no credentials in the environment, in shared files, or from a container or instance")
  }
}
