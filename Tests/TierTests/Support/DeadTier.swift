import ObjectTier
import Primitives
import SnapshotFormat

/// A tier whose every call fails.
struct DeadTier: ObjectTier {
  let role = TierRole.cache
  let location = "dead"

  private var error: TierError { TierError(.failed, key: nil, location: location, reason: "dead") }

  func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? { throw error }
  func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] { throw error }
  func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] { throw error }
  func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome { throw error }
  func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) { throw error }
  func remove(_ key: ObjectKey) throws(TierError) { throw error }
  func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError) { throw error }
  func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    throw error
  }
}
