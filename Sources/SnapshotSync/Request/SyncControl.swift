package import Primitives

/// How far a long operation is.
package struct SyncProgress: Sendable, Equatable {
  package enum Phase: String, Sendable {
    case plan, write, apply
  }

  package let phase: Phase
  package var bytesDone: UInt64 = 0
  package var bytesTotal: UInt64 = 0
  package var itemsDone: UInt64 = 0
  package var itemsTotal: UInt64 = 0

  package init(phase: Phase) {
    self.phase = phase
  }
}

/// What stops a long operation, and whom it tells how far it is. Asked between chunks.
package struct SyncControl: Sendable {
  package let clock: any MonotonicClock
  package var deadline: Deadline = .never
  package var isCancelled: @Sendable () -> Bool = { false }
  package var progress: @Sendable (SyncProgress) -> Void = { _ in }

  package init(clock: any MonotonicClock) {
    self.clock = clock
  }

  func check() throws(SyncError) {
    if isCancelled() { throw .cancelled }
    if hasPassed(clock) { throw .timedOut("the deadline passed; what was fetched is kept for the next run") }
  }

  private func hasPassed(_ clock: some MonotonicClock) -> Bool { deadline.hasPassed(on: clock) }
}
