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

  /// What becomes of it when nobody can ask for it any more.
  package enum Ending: Sendable {
    /// It is waited for: nothing of it goes on.
    case awaited
    /// It is left to end by itself: what it does changes nothing, and may take its time.
    case left
  }

  private let task: Task
  private let ending: Ending
  /// Nil when it was waited for, too.
  private var thread: BlockingThread?

  package init(_ ending: Ending = .awaited, _ body: @escaping @Sendable () throws(Failure) -> Success) {
    let task = Task(body)
    self.task = task
    self.ending = ending
    thread = BlockingThread { task.run() }
  }

  deinit {
    switch ending {
    case .awaited: thread?.join()
    case .left: thread?.detach()
    }
  }

  package func wait() throws(Failure) -> Success {
    thread?.join()
    thread = nil
    return try task.take()
  }
}
