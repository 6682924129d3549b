internal import Glibc

/// A moment as the formats write it: milliseconds since 1970-01-01T00:00:00Z.
public struct Timestamp: Hashable, Comparable, Sendable {
  /// Milliseconds since 1970-01-01T00:00:00Z.
  public let milliseconds: Int64

  /// A moment so many milliseconds after 1970-01-01T00:00:00Z.
  public init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }
}

/// What time it is, for people and for hybrid clocks. Never decides safety.
package protocol WallClock: Sendable {
  func now() -> Timestamp
}

/// How much time passed, for deadlines and back-off. Never goes back.
package protocol MonotonicClock: Sendable {
  /// Nanoseconds since some fixed moment.
  func nanoseconds() -> UInt64
  func sleep(nanoseconds: UInt64)
}

/// The clocks of this machine.
package struct SystemClock: WallClock, MonotonicClock {
  package init() {}

  package func now() -> Timestamp {
    let time = read(CLOCK_REALTIME)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
  }

  package func nanoseconds() -> UInt64 {
    let time = read(CLOCK_MONOTONIC)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  package func sleep(nanoseconds: UInt64) {
    var left = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    var remaining = timespec()
    while unsafe nanosleep(&left, &remaining) == -1 && errno == EINTR { left = remaining }
  }

  private func read(_ clock: clockid_t) -> timespec {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return time
  }
}

/// A moment by which something must be done, on the monotonic clock.
package struct Deadline: Sendable {
  private let at: UInt64?

  /// No deadline: only for what is bounded in another way.
  package static let never = Deadline(at: nil)

  private init(at: UInt64?) {
    self.at = at
  }

  package init(seconds: Double, from clock: some MonotonicClock) {
    let wait = min(max(seconds, 0), 1e9) * 1_000_000_000
    self.init(at: clock.nanoseconds() &+ UInt64(wait))
  }

  package func hasPassed(on clock: some MonotonicClock) -> Bool {
    at.map { clock.nanoseconds() >= $0 } ?? false
  }

  /// What is left, or nil when there is no deadline.
  package func nanosecondsLeft(on clock: some MonotonicClock) -> UInt64? {
    at.map {
      let now = clock.nanoseconds(); return $0 > now ? $0 - now : 0
    }
  }

  /// The earlier of the two.
  package func earlier(_ other: Deadline) -> Deadline {
    switch (at, other.at) {
    case (let mine?, let theirs?): Deadline(at: min(mine, theirs))
    case (let mine?, nil): Deadline(at: mine)
    case (nil, let theirs): Deadline(at: theirs)
    }
  }
}
