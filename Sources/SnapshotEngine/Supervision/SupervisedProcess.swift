internal import FileIO
internal import Glibc
internal import MountTier
internal import Primitives
internal import Synchronization

/// The process that works under a `Supervisor`, seen from within.
package enum SupervisedProcess {
  /// The first argument of a program that is to be one. The numbers of two descriptors follow: the table of calls, and
  /// a socket whose other end is the supervisor's. Then come the arguments of the verb.
  package static let verb = "supervised"

  private static let table = Mutex<CallTable?>(nil)

  /// Notes the system calls of this process from now on, and ends it when its supervisor goes. To be called before
  /// other threads work, and after signals are blocked: it starts a thread.
  /// - Returns: the arguments of the verb; nil where no supervisor started this process, or no thread is left.
  package static func begin(_ arguments: [String]) -> [String]? {
    let numbers = arguments.prefix(2).compactMap { Int32($0) }
    guard numbers.count == 2, let shared = CallTable(descriptor: numbers[0]) else { return nil }
    for number in numbers { _ = fcntl(number, F_SETFD, FD_CLOEXEC) }
    shared.noteCallsOfThisProcess()
    table.withLock { $0 = shared }
    // A process may end at any moment: what it leaves behind is what a crash does.
    let watcher = BlockingThread {
      let life = MessageSocket(numbers[1])
      while case .message = life.receive(milliseconds: nil) {}
      _exit(EngineError.Code.interrupted.exitCode)
    }
    // Without it the process might outlive its supervisor, and hang for ever.
    guard let watcher else { return nil }
    watcher.detach()
    return Array(arguments.dropFirst(2))
  }

  /// Whether this process is one.
  package static var isThis: Bool { CallNotes.areTaken }

  /// Ends this process, whether it is one or not.
  package static func exit(_ status: Int32) -> Never { CallNotes.exit(status) }

  /// Tells the supervisor, if there is one, that something was published.
  static func noteResult() { table.withLock { $0 }?.noteResult() }

  /// Writes to a standard stream, which may be a file that hangs. Who reads a pipe or a terminal may take their time.
  package static func writing<Value>(to descriptor: Int32, _ body: () -> Value) -> Value {
    guard isThis, lseek(descriptor, 0, SEEK_CUR) >= 0 else { return body() }
    return CallNotes.during(.write, body)
  }
}
