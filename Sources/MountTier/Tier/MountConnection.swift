internal import FileIO
internal import ObjectTier
internal import Primitives
internal import SnapshotFormat
internal import Synchronization

/// The helper of one tier: there when it is needed, given up when it does not answer.
final class MountConnection: Sendable {
  let location: String
  private let path: String
  private let options: MountedTier.Options
  private let clock: any MonotonicClock
  private let report: @Sendable (String) -> Void
  private let state: Mutex<State>
  /// One process is started at a time.
  private let turn = Mutex(())

  private struct State {
    var condition: MountCondition
    /// What the tier lies on: the next helper must find the same there.
    var mount: MountPoint?
  }

  init(
    _ path: String, _ location: String, _ options: MountedTier.Options, mount: MountPoint?, _ clock: any MonotonicClock,
    _ report: @escaping @Sendable (String) -> Void
  ) {
    self.path = path
    self.location = location
    self.options = options
    self.clock = clock
    self.report = report
    let condition = MountCondition(pauseNanoseconds: UInt64(options.pauseSeconds * 1e9))
    state = Mutex(State(condition: condition, mount: mount))
  }

  func wait(until deadline: Deadline) -> MountWait {
    MountWait(stallNanoseconds: UInt64(options.stallSeconds * 1e9), deadline: deadline, clock: clock)
  }

  /// A helper that was well when it was last heard of.
  func helper(_ deadline: Deadline) throws(TierError) -> MountHelper {
    if let helper = try ready() { return helper }
    let result: Result<MountHelper, TierError> = turn.withLock { _ in
      Result { () throws(TierError) in
        // Another request may have started it meanwhile, or found that it does not start.
        if let helper = try ready() { return helper }
        return try start(wait(until: deadline))
      }
    }
    return try result.get()
  }

  private func ready() throws(TierError) -> MountHelper? {
    let now = clock.nanoseconds()
    let (helper, refusal) = state.withLock { ($0.condition.helper, $0.condition.refusal(at: now)) }
    if let refusal { throw error(.stalled, refusal) }
    return helper
  }

  var helperProcess: Int32? { state.withLock { $0.condition.helper }?.processIdentifier }

  /// Notes what a request met.
  /// - Returns: whether another helper may be asked the same.
  func failed(_ helper: MountHelper, _ failure: MountFailure) -> Bool {
    guard failure.kind != .late else { return false }
    helper.end(failure)
    let now = clock.nanoseconds()
    let (isEnd, isDown) = state.withLock { state in
      guard failure.kind == .ended else { return (false, state.condition.failed(helper, failure.reason, at: now)) }
      return (true, state.condition.ended(helper, failure.reason, at: now))
    }
    if isDown { tell(failure.reason) }
    return isEnd && !isDown
  }

  /// The file system said that nobody stands behind it. What is mounted there next, another helper opens.
  func died(_ helper: MountHelper, _ reason: String) {
    helper.end(MountFailure(.stalled, reason))
    let now = clock.nanoseconds()
    if state.withLock({ $0.condition.failed(helper, reason, at: now) }) { tell(reason) }
  }

  /// What could not be opened in time is not tried again at once.
  func leaveAlone(_ reason: String) {
    let now = clock.nanoseconds()
    if state.withLock({ $0.condition.leaveAlone(reason, at: now) }) { tell(reason) }
  }

  private func tell(_ reason: String) {
    report("\(options.role.rawValue) \(location): \(reason); it is left alone for \(Int(options.pauseSeconds)) s")
  }

  /// What was never sent.
  private func error(_ kind: TierError.Kind, _ reason: String) -> TierError {
    TierError(kind, key: nil, location: location, reason: reason, cause: .failed)
  }
}

// MARK: - Starting

extension MountConnection {
  private func start(_ wait: MountWait) throws(TierError) -> MountHelper {
    do throws(TierError) {
      let helper = try startOnce(wait)
      state.withLock { $0.condition.started(helper) }
      return helper
    } catch {
      // What was refused for good reasons is refused again without waiting; a deadline says nothing of the mount.
      let now = clock.nanoseconds()
      guard error.kind == .stalled, !wait.deadline.hasPassed(on: clock) else { throw error }
      if state.withLock({ $0.condition.failed(nil, error.reason, at: now) }) { tell(error.reason) }
      throw error
    }
  }

  private func startOnce(_ wait: MountWait) throws(TierError) -> MountHelper {
    let place = try checkedPlace()
    let started: (MountHelper, MountReply)
    do throws(MountFailure) {
      started = try MountHelper.start(options.program, options.request(path), wait)
    } catch {
      throw error.error(nil, location, isWrite: false)
    }
    let (helper, reply) = started
    do throws(TierError) {
      if let failure = reply.failure(nil, location) { throw failure }
      try check(reply, place)
      return helper
    } catch {
      helper.end(MountFailure(.stalled, error.reason))
      throw error
    }
  }

  /// What the path lies on now, which must be what it lay on before.
  private func checkedPlace() throws(TierError) -> MountPoint? {
    guard let place = try? MountTable.current().place(of: path) else { return nil }
    guard let known = state.withLock({ $0.mount }) else {
      state.withLock { $0.mount = place.mount }
      return place.mount
    }
    guard let mount = place.mount, mount.isSame(as: known) else { throw gone(known) }
    return mount
  }

  /// Whether the directory that was opened lies on what was found before: between the two it may have gone.
  private func check(_ reply: MountReply, _ place: MountPoint?) throws(TierError) {
    guard let place, reply.second != 0, reply.second != place.identifier else { return }
    // A link inside of a network file system may lead on to another one.
    let actual = try? MountTable.current().mounts.first { $0.identifier == reply.second }
    guard place.isNetwork, actual?.isNetwork == true else { throw gone(place) }
  }

  private func gone(_ mount: MountPoint) -> TierError {
    error(.stalled, "the mount has gone: \(mount)")
  }
}
