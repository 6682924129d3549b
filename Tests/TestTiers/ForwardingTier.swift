package import ObjectTier
package import Primitives
package import SnapshotFormat

/// A tier that does what another does, but for the calls it has of its own.
package protocol ForwardingTier: ObjectTier {
  var tier: any ObjectTier { get }
}

extension ForwardingTier {
  package var role: TierRole { tier.role }
  package var location: String { tier.location }

  package func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? { try tier.byteCount(of: key) }
  package func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] {
    try tier.read(key, range: range)
  }
  package func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] { try tier.read(key, limit: limit) }
  package func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome {
    try tier.create(key, bytes)
  }
  package func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) { try tier.replace(key, bytes) }
  package func remove(_ key: ObjectKey) throws(TierError) { try tier.remove(key) }
  package func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError) {
    try tier.quarantine(key, mark: mark)
  }
  package func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    try tier.list(prefix, after: start, limit: limit)
  }
}
