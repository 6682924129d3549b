import ObjectTier
import Primitives
import SnapshotFormat

/// A tier that answers nothing: each call waits for the stall limit, or until the deadline it was bounded by.
final class SlowTier: ObjectTier {
  let role = TierRole.origin
  let location = "slow"
  private let seconds: Double
  private let clock: ManualClock
  private let deadline: Deadline

  init(seconds: Double, clock: ManualClock, deadline: Deadline = .never) {
    self.seconds = seconds
    self.clock = clock
    self.deadline = deadline
  }

  func bounded(by deadline: Deadline) -> any ObjectTier {
    SlowTier(seconds: seconds, clock: clock, deadline: self.deadline.earlier(deadline))
  }

  private func wait(_ key: ObjectKey?) -> TierError {
    let limit = UInt64(seconds * 1e9)
    clock.sleep(nanoseconds: min(limit, deadline.nanosecondsLeft(on: clock) ?? limit))
    return TierError(.stalled, key: key, location: location, reason: "no answer")
  }

  func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? { throw wait(key) }
  func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] { throw wait(key) }
  func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] { throw wait(key) }
  func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome { throw wait(key) }
  func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) { throw wait(key) }
  func remove(_ key: ObjectKey) throws(TierError) { throw wait(key) }
  func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError) { throw wait(key) }
  func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    throw wait(nil)
  }
}
