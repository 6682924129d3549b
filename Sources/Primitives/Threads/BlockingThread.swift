internal import Glibc

/// A thread that runs one closure. Whoever starts it joins or detaches it, once.
package struct BlockingThread {
  private let thread: pthread_t

  /// Nil when the system has no thread to give: the caller goes on with those it has.
  package init?(_ body: @escaping @Sendable () -> Void) {
    let box = unsafe Unmanaged.passRetained(ThreadBody(body))
    var thread = pthread_t()
    let result = unsafe pthread_create(&thread, nil, threadMain, box.toOpaque())
    guard result == 0 else {
      unsafe box.release()
      return nil
    }
    self.thread = thread
  }

  package func join() {
    pthread_join(thread, nil)
  }

  package func detach() {
    pthread_detach(thread)
  }
}

private final class ThreadBody {
  let run: @Sendable () -> Void

  init(_ run: @escaping @Sendable () -> Void) {
    self.run = run
  }
}

private let threadMain: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
  guard let argument = unsafe argument else { return nil }
  unsafe Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
  return nil
}
