import ObjectTier
import Primitives
import SnapshotFormat
import TestTiers

/// A tier whose every answer takes a while.
struct SlowTier: ForwardingTier {
  let tier: any ObjectTier
  private let clock = SystemClock()
  private let seconds: Double

  init(_ tier: MemoryTier, seconds: Double = 0.03) {
    self.tier = tier
    self.seconds = seconds
  }

  private func pause() { clock.sleep(nanoseconds: UInt64(seconds * 1e9)) }

  func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? {
    pause()
    return try tier.byteCount(of: key)
  }

  func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] {
    pause()
    return try tier.read(key, range: range)
  }
}
