import Glibc

enum Seconds {
  /// CPU time of this process, the kernel's work for it included.
  static var cpu: Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
