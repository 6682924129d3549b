internal import Synchronization

/// What went through a tier: a value, taken at one moment.
package struct TierCounters: Sendable, Equatable {
  /// Calls that reached the tier, failed ones included.
  package var requests = 0
  /// Calls that failed, but for objects that are not there.
  package var failures = 0
  package var bytesRead: UInt64 = 0
  package var bytesWritten: UInt64 = 0

  package init() {}

  package static func - (later: TierCounters, earlier: TierCounters) -> TierCounters {
    var difference = TierCounters()
    difference.requests = later.requests - earlier.requests
    difference.failures = later.failures - earlier.failures
    difference.bytesRead = later.bytesRead - earlier.bytesRead
    difference.bytesWritten = later.bytesWritten - earlier.bytesWritten
    return difference
  }
}
