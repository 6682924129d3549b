import ObjectTier
import Primitives
import SnapshotFormat
import Synchronization

/// A tier of which every call fails for as long as a test wants.
final class FailingTier: ObjectTier {
  private let tier: any ObjectTier
  let failure = Mutex<TierError.Kind?>(nil)

  init(_ tier: any ObjectTier) {
    self.tier = tier
  }

  var role: TierRole { tier.role }
  var location: String { tier.location }

  private func check(_ key: ObjectKey? = nil) throws(TierError) {
    guard let kind = failure.withLock({ $0 }) else { return }
    throw TierError(kind, key: key, location: location, reason: "made to fail")
  }

  func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? {
    try check(key)
    return try tier.byteCount(of: key)
  }

  func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] {
    try check(key)
    return try tier.read(key, range: range)
  }

  func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] {
    try check(key)
    return try tier.read(key, limit: limit)
  }

  func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome {
    try check(key)
    return try tier.create(key, bytes)
  }

  func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) {
    try check(key)
    try tier.replace(key, bytes)
  }

  func remove(_ key: ObjectKey) throws(TierError) {
    try check(key)
    try tier.remove(key)
  }

  func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError) {
    try check(key)
    try tier.quarantine(key, mark: mark)
  }

  func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    try check()
    return try tier.list(prefix, after: start, limit: limit)
  }
}
