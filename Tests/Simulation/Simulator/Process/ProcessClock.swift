import Primitives

/// The clocks of one process: all monotonic clocks go alike, wall clocks are off by what the weather says.
struct ProcessClock: MonotonicClock, WallClock {
  let scheduler: Scheduler
  let offsetMilliseconds: Int64
  private static let epoch: Int64 = 1_800_000_000_000

  func nanoseconds() -> UInt64 { scheduler.now }
  func sleep(nanoseconds: UInt64) { scheduler.wait(nanoseconds: nanoseconds) }

  func now() -> Timestamp {
    Timestamp(milliseconds: ProcessClock.epoch + offsetMilliseconds + Int64(scheduler.now / 1_000_000))
  }
}
