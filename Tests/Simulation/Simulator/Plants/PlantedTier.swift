import ObjectTier
import Primitives
import SnapshotFormat

/// A tier that creates objects in a way of its own.
struct PlantedTier: ObjectTier {
  private let tier: SimulatedTier
  private let creating: @Sendable (ObjectKey, [UInt8]) throws(TierError) -> CreateOutcome

  init(
    _ tier: SimulatedTier, creating: @escaping @Sendable (ObjectKey, [UInt8]) throws(TierError) -> CreateOutcome
  ) {
    self.tier = tier
    self.creating = creating
  }

  var role: TierRole { tier.role }
  var location: String { tier.location }

  func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome { try creating(key, bytes) }

  func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? { try tier.byteCount(of: key) }
  func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] { try tier.read(key, range: range) }
  func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] { try tier.read(key, limit: limit) }
  func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) { try tier.replace(key, bytes) }
  func remove(_ key: ObjectKey) throws(TierError) { try tier.remove(key) }
  func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError) { try tier.quarantine(key, mark: mark) }
  func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    try tier.list(prefix, after: start, limit: limit)
  }
}

extension SimulatedProcess {
  /// It is there in a while, unless the process ends before.
  func applyLate(_ effect: SimulatedOrigin.Effect) {
    world.origin.apply(effect, by: number, after: chance.nanoseconds(500_000_000...20_000_000_000))
  }
}
