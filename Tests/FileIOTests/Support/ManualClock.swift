import Primitives
import Synchronization

/// A clock on which only sleeping takes time.
final class ManualClock: MonotonicClock {
  private let now = Mutex<UInt64>(1_000_000_000)

  func nanoseconds() -> UInt64 { now.withLock { $0 } }
  func sleep(nanoseconds: UInt64) { now.withLock { $0 += nanoseconds } }
}
