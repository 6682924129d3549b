package import Primitives
package import SnapshotFormat
internal import Synchronization

extension CachedTier {
  package func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome {
    let outcome = try fromOrigin { tier throws(TierError) in try tier.create(key, bytes) }
    // Where something exists already it may have other bytes.
    if outcome == .created, key.isCacheable { fill(key, bytes, isOwn: true) }
    return outcome
  }

  package func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) {
    try fromOrigin { tier throws(TierError) in try tier.replace(key, bytes) }
  }

  package func remove(_ key: ObjectKey) throws(TierError) {
    try fromOrigin { tier throws(TierError) in try tier.remove(key) }
    if key.isCacheable { attempt { tier throws(TierError) in try tier.remove(key) } }
  }

  package func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError) {
    try fromOrigin { tier throws(TierError) in try tier.quarantine(key, mark: mark) }
    if key.isCacheable { attempt { tier throws(TierError) in try tier.quarantine(key, mark: mark) } }
  }

  /// Does something in the cache that may as well fail: then it gives nil.
  @discardableResult
  func attempt<Value>(_ body: (any ObjectTier) throws(TierError) -> Value) -> Value? {
    let now = clock.nanoseconds()
    guard withState({ $0.reading.allows(at: now) }) else { return nil }
    withState { $0.counters.cacheRequests += 1 }
    do throws(TierError) {
      return try body(boundedCache)
    } catch {
      // What may be read need not be writable.
      if error.withoutDoubt.kind == .stalled {
        failed(error, \.reading)
      } else if error.kind != .notFound {
        withState { $0.counters.failed(error) }
      }
      return nil
    }
  }
}
