internal import Primitives

/// How long an answer is waited for: as long as something moves, and not beyond the deadline.
struct MountWait: Sendable {
  let stallNanoseconds: UInt64
  let deadline: Deadline
  let clock: any MonotonicClock

  /// Watches one wait. A value: it is told what moved, and when.
  struct Watch {
    private let wait: MountWait
    private var moves: UInt64
    private var movedAt: UInt64

    init(_ wait: MountWait, moves: UInt64) {
      self.wait = wait
      self.moves = moves
      movedAt = wait.clock.nanoseconds()
    }

    /// Why there is no point in waiting on, or nil.
    mutating func verdict(moves now: UInt64) -> MountFailure? {
      let time = wait.clock.nanoseconds()
      if now != moves { (moves, movedAt) = (now, time) }
      if wait.deadline.hasPassed(on: wait.clock) { return MountFailure(.late, "the deadline passed") }
      guard time - movedAt >= wait.stallNanoseconds else { return nil }
      return MountFailure(.stalled, "nothing moved for \(SecondsText.of(nanoseconds: wait.stallNanoseconds)) s")
    }

    /// For how long to look before the next verdict.
    var milliseconds: UInt64 {
      let stall = (movedAt + wait.stallNanoseconds) - min(wait.clock.nanoseconds(), movedAt + wait.stallNanoseconds)
      let left = min(stall, wait.deadline.nanosecondsLeft(on: wait.clock) ?? stall)
      return min(MountLimits.lookMilliseconds, left / 1_000_000 + 1)
    }
  }
}
