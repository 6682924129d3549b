internal import CSystemCalls
internal import Glibc
internal import Primitives

/// A process that does the work of this one, in a session of its own.
package struct ChildProcess: Sendable {
  /// How one ended.
  package enum End: Sendable, Equatable {
    case exited(Int32)
    /// By a signal.
    case killed(Int32)
  }

  package let number: Int32

  /// Starts a program. It has the environment and the descriptors of this process, `streams` as its standard streams,
  /// and `descriptors` under their numbers.
  ///
  /// - Parameter arguments: the first is what the process calls itself.
  /// - Returns: nil when there is no process to be had; errno says why. One whose program cannot be run exits with 127.
  package init?(_ program: String, _ arguments: [String], streams: [Int32], descriptors: [Int32]) {
    precondition(streams.count == 3, "stdin, stdout and stderr")
    number = unsafe CStrings.with(arguments) { arguments in
      unsafe system_start_child(program, arguments, streams, descriptors, descriptors.count)
    }
    guard number > 0 else { return nil }
  }

  /// How it ended; nil while it has not. Does not wait. Once it was told, the number means nothing any more.
  package func end() -> End? {
    var (status, signal) = (Int32(0), Int32(0))
    guard unsafe system_end_of_child(number, &status, &signal) != 0 else { return nil }
    return signal == 0 ? .exited(status) : .killed(signal)
  }

  /// Ends it, whatever it does, and does not wait: one that is in a call that never returns does not end.
  package func kill() { _ = Glibc.kill(number, SIGKILL) }
}
