import Glibc
import SnapshotEngine
import Synchronization

/// What the program does when it is told to stop, or nobody reads what it prints.
enum Signals {
  private static let handler = Mutex<(@Sendable () -> Bool)?>(nil)

  /// For so long work may come to a clean end after an interrupt.
  private static let graceSeconds: UInt32 = 5

  /// Whether it was SIGTERM that ended the work: the way a service is stopped.
  static var wasTerminated: Bool { terminated.load(ordering: .relaxed) }

  private static let terminated = Atomic(false)

  /// Called before the first thread is made: they inherit what is blocked.
  static func prepare() {
    signal(SIGPIPE, SIG_IGN)
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGINT)
    unsafe sigaddset(&signals, SIGTERM)
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    var thread = pthread_t()
    guard unsafe pthread_create(&thread, nil, { _ in unsafe Signals.wait() }, nil) == 0 else {
      unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
      return
    }
    pthread_detach(thread)
  }

  /// - Parameter body: asks the work to stop; false when there is none that could.
  static func onInterrupt(_ body: @escaping @Sendable () -> Bool) {
    handler.withLock { $0 = body }
  }

  /// The first signal asks the work to stop; the second one, or the end of the grace, ends the program.
  private static func wait() -> UnsafeMutableRawPointer? {
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGINT)
    unsafe sigaddset(&signals, SIGTERM)
    var number: Int32 = 0
    unsafe sigwait(&signals, &number)
    terminated.store(number == SIGTERM, ordering: .relaxed)
    if !SupervisedProcess.isThis { Standard.error.mention("\nsnapctl: interrupted, stopping\n") }
    guard handler.withLock({ $0 })?() == true else { _exit(130) }
    var grace = timespec(tv_sec: Int(graceSeconds), tv_nsec: 0)
    unsafe sigtimedwait(&signals, nil, &grace)
    _exit(130)
  }
}
