package import Primitives
package import SnapshotFormat

/// A tier to which this program must not write: reads go through, all else is refused before anything is sent.
package struct ReadOnlyTier: ObjectTier {
  private let tier: any ObjectTier
  private let reason: String

  package init(_ tier: any ObjectTier, because reason: String) {
    self.tier = tier
    self.reason = reason
  }

  package func bounded(by deadline: Deadline) -> any ObjectTier {
    ReadOnlyTier(tier.bounded(by: deadline), because: reason)
  }

  package var role: TierRole { tier.role }
  package var location: String { tier.location }
  package var callsAtOnce: Int { tier.callsAtOnce }

  package func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? { try tier.byteCount(of: key) }

  package func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] {
    try tier.read(key, range: range)
  }

  package func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] { try tier.read(key, limit: limit) }

  package func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    try tier.list(prefix, after: start, limit: limit)
  }

  package func create(_ key: ObjectKey, _: [UInt8]) throws(TierError) -> CreateOutcome { throw refusal(key) }
  package func replace(_ key: ObjectKey, _: [UInt8]) throws(TierError) { throw refusal(key) }
  package func remove(_ key: ObjectKey) throws(TierError) { throw refusal(key) }
  package func quarantine(_ key: ObjectKey, mark _: UniqueName) throws(TierError) { throw refusal(key) }

  private func refusal(_ key: ObjectKey) -> TierError {
    TierError(.failed, key: key, location: location, reason: reason)
  }
}
