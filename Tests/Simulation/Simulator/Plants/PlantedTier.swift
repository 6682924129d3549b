import ObjectTier
import Primitives
import SnapshotFormat
import TestTiers

/// A tier that creates objects in a way of its own.
struct PlantedTier: ForwardingTier {
  let tier: any ObjectTier
  private let creating: @Sendable (ObjectKey, [UInt8]) throws(TierError) -> CreateOutcome

  init(
    _ tier: SimulatedTier, creating: @escaping @Sendable (ObjectKey, [UInt8]) throws(TierError) -> CreateOutcome
  ) {
    self.tier = tier
    self.creating = creating
  }

  func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome { try creating(key, bytes) }
}

extension SimulatedProcess {
  /// It is there in a while, unless the process ends before.
  func applyLate(_ effect: SimulatedOrigin.Effect) {
    world.origin.apply(effect, by: number, after: chance.nanoseconds(500_000_000...20_000_000_000))
  }
}
