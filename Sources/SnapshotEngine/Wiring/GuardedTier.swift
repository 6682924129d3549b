internal import ObjectTier
internal import Primitives
internal import SnapshotFormat

/// A tier that stops a call's work at its next step: when the call was cancelled, or its deadline has passed.
///
/// It stands before what is prepared and read — packs, roots, pages — and never before heads: a commit that was begun
/// is brought to its end, so that its outcome is known.
final class GuardedTier: ObjectTier {
  private let tier: any ObjectTier
  private let stops: [StopSignal]
  private let deadline: Deadline
  private let clock: SystemClock
  private let moved: (@Sendable (Int) -> Void)?

  /// - Parameter moved: is told of the bytes of every read and write.
  init(
    _ tier: any ObjectTier, stops: [StopSignal], deadline: Deadline, clock: SystemClock,
    moved: (@Sendable (Int) -> Void)?
  ) {
    self.tier = tier
    self.stops = stops
    self.deadline = deadline
    self.clock = clock
    self.moved = moved
  }

  var role: TierRole { tier.role }
  var callsAtOnce: Int { tier.callsAtOnce }
  var location: String { tier.location }

  func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? {
    try check(key)
    return try tier.byteCount(of: key)
  }

  func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] {
    try check(key)
    let bytes = try tier.read(key, range: range)
    moved?(bytes.count)
    return bytes
  }

  func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] {
    try check(key)
    let bytes = try tier.read(key, limit: limit)
    moved?(bytes.count)
    return bytes
  }

  func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome {
    try check(key)
    let outcome = try tier.create(key, bytes)
    moved?(bytes.count)
    return outcome
  }

  func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) { try tier.replace(key, bytes) }

  /// Never stopped: what is removed is left over.
  func remove(_ key: ObjectKey) throws(TierError) { try tier.remove(key) }

  func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError) { try tier.quarantine(key, mark: mark) }

  func invalidate(_ key: ObjectKey) -> Bool { tier.invalidate(key) }

  func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    try check(nil)
    return try tier.list(prefix, after: start, limit: limit)
  }

  private func check(_ key: ObjectKey?) throws(TierError) {
    if stops.contains(where: \.stops) { throw TierError(.failed, key: key, location: location, reason: "stopped") }
    guard deadline.hasPassed(on: clock) else { return }
    throw TierError(.stalled, key: key, location: location, reason: "the deadline passed", cause: .failed)
  }
}
