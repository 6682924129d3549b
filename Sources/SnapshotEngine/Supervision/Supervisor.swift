internal import FileIO
internal import Glibc
internal import MountTier
internal import Primitives

/// Watches over a process that works in place of this one, because what it touches may hang it.
///
/// - This process touches nothing itself but pipes and memory, and waits for nobody who reads them, so it can always
///   end.
/// - The other one notes each system call it makes in memory that both have. When one has stood for the stall limit, or
///   beyond the deadline, that process gets SIGKILL and is left to init: nobody waits for it.
/// - It is killed at any moment as a crash would: nothing it leaves behind is half-done.
/// - It ends when this one does: its end of a pair of sockets tells it.
package final class Supervisor {
  private let trees: SupervisedTrees
  private var watch: CallWatch
  private let table: CallTable
  private let life: MessageSocket
  private let relays: [StreamRelay]
  private let child: ChildProcess

  /// For so long a look at the streams waits before the next look at the calls.
  private static let lookMilliseconds: Int32 = 50
  private static let buryMilliseconds = 100

  /// Starts this program once more, to work on paths, where one of them may hang.
  ///
  /// - Parameters:
  ///   - arguments: those of this program, without its name.
  ///   - program: this one.
  /// - Returns: nil where the caller can work itself.
  /// - Throws: `.failed` when there is no process to be had.
  package static func start(
    on paths: [String], _ arguments: [String], _ configuration: EngineConfiguration,
    program: String = "/proc/self/exe"
  ) throws(EngineError) -> Supervisor? {
    let trees = SupervisedTrees(paths.map(directory), configuration)
    guard !SupervisedProcess.isThis, !trees.trees.isEmpty else { return nil }
    return try Supervisor(trees, program, arguments, CallWatch(configuration, now: clock.nanoseconds()))
  }

  /// A cache may be named by an address.
  private static func directory(_ path: String) -> String {
    guard case .directory(let directory)? = try? StoreLocation(path) else { return path }
    return directory
  }

  private init(
    _ trees: SupervisedTrees, _ program: String, _ arguments: [String], _ watch: CallWatch
  ) throws(EngineError) {
    guard let table = CallTable(), let pair = MessageSocket.pair() else { throw Supervisor.notStarted() }
    let (output, errors) = (StreamRelay(to: STDOUT_FILENO), StreamRelay(to: STDERR_FILENO))
    let streams = [STDIN_FILENO, output?.given ?? STDOUT_FILENO, errors?.given ?? STDERR_FILENO]
    let descriptors = [table.file, pair.1.number]
    let arguments = ["snapctl", SupervisedProcess.verb] + descriptors.map(String.init) + arguments
    let child = withExtendedLifetime(pair) {
      ChildProcess(program, arguments, streams: streams, descriptors: descriptors)
    }
    guard let child else { throw Supervisor.notStarted() }
    (self.trees, self.watch, self.child, self.table, life) = (trees, watch, child, table, pair.0)
    relays = [output, errors].compactMap { $0 }
    for relay in relays { relay.closeGiven() }
    letGo()
  }

  /// What this process says from now on must not hang it: a file that may is the other one's alone.
  private func letGo() {
    guard !trees.streams.isEmpty else { return }
    let nothing = unsafe open("/dev/null", O_RDWR)
    for stream in trees.streams { dup2(nothing, stream) }
    close(nothing)
  }

  /// The number of the process that works, for signals.
  package var process: Int32 { child.number }

  private static func notStarted() -> EngineError {
    let reason = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "\(errno)"
    return EngineError(
      .failed, "a process to work on a network mount cannot be had: \(reason)",
      advice: "SNAPCTL_MOUNT_HELPER=never works without one, and may hang")
  }

  /// Hands on what the process says, until it ends.
  ///
  /// - Returns: its exit status.
  /// - Throws: `.tierTimeout` when it hangs, `.outcomeUnknown` when it does so after it published something, `.failed`
  /// when it crashed.
  package func run() throws(EngineError) -> Int32 {
    while true {
      let hasEnded = look()
      for relay in relays { relay.pass() }
      if hasEnded { return try end() }
      if let reason = watch.verdict(table.oldest, now: clock.nanoseconds()) { throw abandon(reason) }
    }
  }

  /// Waits until something comes, or for a moment.
  /// - Returns: whether the process ended, or is about to.
  private func look() -> Bool {
    var wanted = [pollfd(fd: life.number, events: Int16(POLLIN), revents: 0)]
    wanted += relays.map(\.wanted)
    _ = unsafe poll(&wanted, nfds_t(wanted.count), Supervisor.lookMilliseconds)
    return wanted[0].revents != 0
  }

  /// Its sockets are closed. That it is gone may yet take a file that does not close.
  private func end() throws(EngineError) -> Int32 {
    let (started, limit) = (clock.nanoseconds(), watch.stallNanoseconds)
    while true {
      if let end = child.end() { return try status(of: end) }
      guard clock.nanoseconds() - started < limit else { throw abandon("it does not end") }
      clock.sleep(nanoseconds: 1_000_000)
    }
  }

  private func status(of end: ChildProcess.End) throws(EngineError) -> Int32 {
    passRest(waiting: -1)
    switch end {
    case .exited(let status): return status
    // One that was told to stop before it could listen.
    case .killed(SIGINT), .killed(SIGTERM): return EngineError.Code.interrupted.exitCode
    case .killed(let signal):
      throw EngineError(
        .failed, "the process that worked on \(trees) was ended by signal \(signal)",
        advice: "What it had begun is as after a crash: run it again")
    }
  }

  /// - Parameter milliseconds: for how long somebody who reads may take nothing; negative: as long as they like.
  private func passRest(waiting milliseconds: Int32) {
    while true {
      for relay in relays { while relay.pass() {} }
      var wanted = relays.filter(\.isFull).map(\.wanted)
      guard !wanted.isEmpty, unsafe poll(&wanted, nfds_t(wanted.count), milliseconds) != 0 else { return }
    }
  }

  private func abandon(_ reason: String) -> EngineError {
    child.kill()
    // One that can end does so at once, and has let go of its locks then; one that cannot is not waited for.
    var milliseconds = 0
    while milliseconds < Supervisor.buryMilliseconds, child.end() == nil {
      clock.sleep(nanoseconds: 1_000_000)
      milliseconds += 1
    }
    passRest(waiting: Supervisor.lookMilliseconds)
    guard !table.hasResult else {
      return EngineError(
        .outcomeUnknown, "\(trees): \(reason), after a version was made", subject: trees.subject,
        advice: "`snapctl list` shows the version; the directory does not know of it")
    }
    return EngineError(
      .tierTimeout, "\(trees): \(reason)", subject: trees.subject,
      advice: "The mount does not answer. What was begun is as after a crash: run it again when the mount is back")
  }
}
