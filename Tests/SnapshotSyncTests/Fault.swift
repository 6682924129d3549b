import FileIO
import Glibc
import Synchronization

/// Fails the n-th call that changes what is on the disk, beneath the test's directory.
final class Fault: Sendable {
  private let left: Mutex<Int>
  private let isForEver: Bool
  private let reached = Mutex(false)

  init(at count: Int, isForEver: Bool) {
    left = Mutex(count)
    self.isForEver = isForEver
  }

  var wasMet: Bool { reached.withLock { $0 } }

  func decide(_ call: SystemCall, _ path: String) -> SystemCallHook.Fault? {
    guard call.isMutating || call == .open else { return nil }
    let isDue = left.withLock { left in
      left -= 1
      return left == 0 || isForEver && left < 0
    }
    guard isDue else { return nil }
    reached.withLock { $0 = true }
    return .fail(errno: EIO)
  }
}
