internal import ObjectTier

/// How a cache served a call. Several calls of one engine at the same time count for each other.
public struct CacheService: Sendable, Equatable {
  /// Reads that it answered.
  public let hits: UInt64
  /// Reads that the origin had to answer.
  public let misses: UInt64
  /// Bytes that it gave.
  public let bytesRead: UInt64
  /// Bytes that were put there.
  public let bytesFilled: UInt64
  /// Requests that failed, but for objects that are not there.
  public let failures: UInt64
  /// Objects in it that were torn or did not verify. They are set aside, and had from the origin.
  public let damaged: UInt64

  init(_ counters: CacheCounters) {
    hits = UInt64(counters.hits)
    misses = UInt64(counters.misses)
    bytesRead = counters.bytesFromCache
    bytesFilled = counters.filledBytes
    failures = UInt64(counters.failures)
    damaged = UInt64(counters.damaged)
  }
}
