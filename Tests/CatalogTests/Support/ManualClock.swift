import Primitives
import Synchronization

/// A clock that moves when somebody sleeps, and by a little at each look.
final class ManualClock: MonotonicClock, WallClock {
  private let time = Mutex<UInt64>(1_000_000_000)

  func nanoseconds() -> UInt64 {
    time.withLock {
      $0 += 1_000
      return $0
    }
  }

  func sleep(nanoseconds: UInt64) { time.withLock { $0 += nanoseconds } }
  func now() -> Timestamp { Timestamp(milliseconds: 1_700_000_000_000 + Int64(nanoseconds() / 1_000_000)) }
}
