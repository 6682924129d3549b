internal import ObjectTier
internal import Primitives
internal import SnapshotFormat
internal import Synchronization

/// A cache as `verify` reads it: what it has, from it; what it lacks, from the origin, for no cache has to be whole.
///
/// It knows which of the two an object came from, so that damage is told of the tier that it lies in.
final class CacheView: ObjectTier {
  let cache: any ObjectTier
  let origin: any ObjectTier
  /// Whether the cache has an object, as it was found when that was first asked. Grows with the objects of the store.
  private let known = Mutex<[ObjectKey: Bool]>([:])

  init(_ cache: any ObjectTier, before origin: any ObjectTier) {
    self.cache = cache
    self.origin = origin
  }

  var role: TierRole { .cache }
  var location: String { cache.location }

  func holds(_ key: ObjectKey) throws(TierError) -> Bool {
    if let isThere = known.withLock({ $0[key] }) { return isThere }
    let isThere = try cache.byteCount(of: key) != nil
    known.withLock { $0[key] = isThere }
    return isThere
  }

  /// Where the bytes of an object come from.
  func place(of key: ObjectKey) -> any ObjectTier {
    let isHere = (try? holds(key)) ?? true
    return isHere ? cache : origin
  }

  func byteCount(of key: ObjectKey) throws(TierError) -> UInt64? {
    try holds(key) ? try cache.byteCount(of: key) : try origin.byteCount(of: key)
  }

  func read(_ key: ObjectKey, range: Range<UInt64>) throws(TierError) -> [UInt8] {
    try holds(key) ? try cache.read(key, range: range) : try origin.read(key, range: range)
  }

  func read(_ key: ObjectKey, limit: Int) throws(TierError) -> [UInt8] {
    try holds(key) ? try cache.read(key, limit: limit) : try origin.read(key, limit: limit)
  }

  func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome { try cache.create(key, bytes) }
  func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) { try cache.replace(key, bytes) }
  func remove(_ key: ObjectKey) throws(TierError) { try cache.remove(key) }
  func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError) { try cache.quarantine(key, mark: mark) }

  func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    try cache.list(prefix, after: start, limit: limit)
  }
}
