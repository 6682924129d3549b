internal import ObjectTier
package import Primitives
package import SnapshotFormat

/// Which objects of a cache go. A pure value: the same objects and the same moment give the same choice.
///
/// - Whatever goes can be had from the origin again: age and size decide, and a wrong clock costs a second fetch.
/// - What goes first: what was set aside, whose bytes nobody reads; then what was longest of no use.
/// - Never what is kept by name, and never what somebody is copying just now.
package struct CacheEviction: Sendable, Equatable {
  /// What may stay.
  package struct Policy: Sendable, Equatable {
    /// So many bytes at most; nil: any number.
    package var byteCountMax: UInt64?
    /// What was of no use for longer goes; nil: however long.
    package var idleSecondsMax: Double?

    package init(byteCountMax: UInt64? = nil, idleSecondsMax: Double? = nil) {
      self.byteCountMax = byteCountMax
      self.idleSecondsMax = idleSecondsMax
    }
  }

  /// In the order in which they go.
  package let evicted: [CachedObject]
  package let keptByteCount: UInt64
  /// How many would have gone, and stay because they are kept or being copied.
  package let protectedCount: Int

  /// - Parameters:
  ///   - kept: stays, whatever the policy says.
  ///   - claims: the keys below `claims/`.
  package init(
    of objects: [CachedObject], _ policy: Policy, now: Timestamp, kept: Set<ObjectKey> = [],
    claims: Set<ObjectKey> = []
  ) {
    var byteCount = objects.reduce(0) { $0 &+ $1.byteCount }
    let oldest = policy.idleSecondsMax.map { now.milliseconds - Int64(min($0, 1e12) * 1_000) }
    var evicted: [CachedObject] = []
    var protectedCount = 0
    for object in objects.sorted(by: CacheEviction.goesBefore) {
      let isIdle = oldest.map { object.used.milliseconds < $0 } ?? false
      let isTooMuch = policy.byteCountMax.map { byteCount > $0 } ?? false
      guard isIdle || isTooMuch else { continue }
      guard !kept.contains(object.key), !claims.contains(.claim(object.key)) else {
        protectedCount += 1
        continue
      }
      evicted.append(object)
      byteCount -= object.byteCount
    }
    self.evicted = evicted
    self.protectedCount = protectedCount
    keptByteCount = byteCount
  }

  private static func goesBefore(_ one: CachedObject, _ other: CachedObject) -> Bool {
    let (oneIsAside, otherIsAside) = (one.key.isAside, other.key.isAside)
    guard oneIsAside == otherIsAside else { return oneIsAside }
    return (one.used.milliseconds, one.key.string) < (other.used.milliseconds, other.key.string)
  }
}

extension ObjectKey {
  fileprivate var isAside: Bool { string.hasPrefix(ObjectPrefix.quarantined.string) }
}
