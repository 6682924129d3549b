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

extension CacheService {
  /// In the order of the fields.
  var counts: [UInt64] { [hits, misses, bytesRead, bytesFilled, failures, damaged] }

  /// - Precondition: as many as there are fields.
  init(_ counts: [UInt64]) {
    precondition(counts.count == 6, "a count for each field")
    (hits, misses, bytesRead) = (counts[0], counts[1], counts[2])
    (bytesFilled, failures, damaged) = (counts[3], counts[4], counts[5])
  }

  /// Of two spans of time together; what is beyond the greatest number stays there.
  static func + (left: CacheService, right: CacheService) -> CacheService {
    CacheService(
      zip(left.counts, right.counts).map { left, right in
        let (sum, isTooGreat) = left.addingReportingOverflow(right)
        return isTooGreat ? .max : sum
      })
  }
}
