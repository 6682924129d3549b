/// What a `CachedTier` was spared and what it paid: a value, taken at one moment.
package struct CacheCounters: Sendable, Equatable {
  /// Reads the cache answered.
  package var hits = 0
  /// Reads of cacheable objects that it did not.
  package var misses = 0
  package var bytesFromCache: UInt64 = 0
  /// Everything read from the origin, the rest of an object that was copied included.
  package var bytesFromOrigin: UInt64 = 0
  /// Calls to the origin.
  package var originRequests = 0
  /// Calls to the cache.
  package var cacheRequests = 0
  /// Objects that another process put there while this one waited for it.
  package var awaited = 0
  /// Bytes put into the cache.
  package var filledBytes: UInt64 = 0
  /// Calls to the cache that failed, but for objects that are not there.
  package var failures = 0
  /// Cached objects that were shorter than they must be, or did not verify.
  package var damaged = 0
  /// Objects that the origin gave, and that did not verify: they were not put into the cache.
  package var refused = 0
  /// The last thing the cache failed with.
  package var lastFailure: String?

  package init() {}

  /// What came between two moments. The last failure is that of the later one.
  package static func - (later: CacheCounters, earlier: CacheCounters) -> CacheCounters {
    var difference = later
    for field in counts { difference[keyPath: field] -= earlier[keyPath: field] }
    for field in byteCounts { difference[keyPath: field] -= earlier[keyPath: field] }
    return difference
  }

  private static var counts: [WritableKeyPath<CacheCounters, Int>] {
    [\.hits, \.misses, \.originRequests, \.cacheRequests, \.awaited, \.failures, \.damaged, \.refused]
  }
  private static var byteCounts: [WritableKeyPath<CacheCounters, UInt64>] {
    [\.bytesFromCache, \.bytesFromOrigin, \.filledBytes]
  }
}
