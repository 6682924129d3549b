import ObjectTier
import Primitives
import SnapshotFormat
import TestTiers

/// A tier whose every answer takes a while.
struct SlowTier: ObjectTier {
  private let tier: MemoryTier
  private let clock = SystemClock()
  private let seconds: Double

  init(_ tier: MemoryTier, seconds: Double = 0.03) {
    self.tier = tier
    self.seconds = seconds
  }

  var role: TierRole { tier.role }
  var location: String { tier.location }

  private func pause() { clock.sleep(nanoseconds: UInt64(seconds * 1e9)) }

  func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? {
    pause()
    return try tier.byteCount(of: key)
  }

  func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] {
    pause()
    return try tier.read(key, range: range)
  }

  func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] { try tier.read(key, limit: limit) }
  func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome { try tier.create(key, bytes) }
  func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) { try tier.replace(key, bytes) }
  func remove(_ key: ObjectKey) throws(TierError) { try tier.remove(key) }
  func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError) { try tier.quarantine(key, mark: mark) }
  func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    try tier.list(prefix, after: start, limit: limit)
  }
}
