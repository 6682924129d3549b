internal import Synchronization

/// Work that a thread of its own does, until somebody waits for what comes of it.
///
/// Where the system has no thread to give, whoever waits does the work.
package final class BackgroundWork<Success: Sendable, Failure: Error> {
  /// What the thread needs, and what comes of it.
  private final class Task: Sendable {
    private let body: @Sendable () throws(Failure) -> Success
    private let result = Mutex<Result<Success, Failure>?>(nil)

    init(_ body: @escaping @Sendable () throws(Failure) -> Success) {
      self.body = body
    }

    func run() {
      let done = Result(catching: body)
      result.withLock { $0 = done }
    }

    func take() throws(Failure) -> Success {
      if let done = result.withLock(\.self) { return try done.get() }
      return try body()
    }
  }

  private let task: Task
  private let thread: BlockingThread?
  private var isJoined = false

  package init(_ body: @escaping @Sendable () throws(Failure) -> Success) {
    let task = Task(body)
    self.task = task
    thread = BlockingThread { task.run() }
  }

  /// Nothing of it goes on once nobody can ask for it any more.
  deinit { join() }

  package func wait() throws(Failure) -> Success {
    join()
    return try task.take()
  }

  private func join() {
    guard !isJoined else { return }
    isJoined = true
    thread?.join()
  }
}
