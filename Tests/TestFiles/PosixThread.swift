internal import Glibc

/// A thread of the operating system's: calls that block must not hold the cooperative pool.
package final class PosixThread {
  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  package struct CannotBeStarted: Error {}

  private let thread: pthread_t

  package init(_ body: @escaping @Sendable () -> Void) throws {
    var thread = pthread_t()
    let context = unsafe Unmanaged.passRetained(Work(body)).toOpaque()
    let code = unsafe pthread_create(
      &thread, nil,
      { @Sendable context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
        return nil
      }, context)
    guard code == 0 else { throw CannotBeStarted() }
    self.thread = thread
  }

  package func join() {
    pthread_join(thread, nil)
  }
}
