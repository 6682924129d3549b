package import ObjectTier
package import Primitives
package import SnapshotFormat

/// A tier that has nothing: behind a manifest that is to be read from a local copy alone.
package struct NoTier: ObjectTier {
  package let location: String

  package init(location: String) {
    self.location = location
  }

  package var role: TierRole { .cache }

  package func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? { nil }
  package func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] { throw absent(key) }
  package func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] { throw absent(key) }
  package func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome { throw denied(key) }
  package func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) { throw denied(key) }
  package func remove(_ key: ObjectKey) throws(TierError) { throw denied(key) }
  package func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError) { throw denied(key) }
  package func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] { [] }

  private func absent(_ key: ObjectKey) -> TierError {
    TierError(.notFound, key: key, location: location, reason: "the copy does not have it")
  }

  private func denied(_ key: ObjectKey) -> TierError {
    TierError(.denied, key: key, location: location, reason: "the state of a copy is only read here")
  }
}
