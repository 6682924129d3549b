import Glibc

/// What the clocks show.
enum Seconds {
  /// CPU time of this process, the kernel's work for it included.
  static var cpu: Double { read(CLOCK_PROCESS_CPUTIME_ID) }
  static var wall: Double { read(CLOCK_MONOTONIC) }

  private static func read(_ clock: clockid_t) -> Double {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
