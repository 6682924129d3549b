package import ObjectTier
package import Primitives
package import SnapshotFormat

extension FileObjectTier {
  /// A claim that is older is nobody's: whoever made it copies an object in minutes, or is gone.
  private static let claimSecondsMax: Int64 = 3_600

  /// Chooses what goes of a cache, and removes it unless it is only asked what would go.
  ///
  /// Whoever reads an object that goes has it from the origin, and may put it back. What cannot be removed is thrown
  /// after the others were tried.
  /// - Precondition: the tier is a cache.
  /// - Returns: what went, or would go.
  package func evict(
    _ policy: CacheEviction.Policy, now: Timestamp, kept: Set<ObjectKey> = [], isDryRun: Bool = false
  ) throws(TierError) -> CacheEviction {
    precondition(role == .cache, "what an origin has is nowhere else")
    var objects: [CachedObject] = []
    for prefix in [ObjectPrefix.packs, .manifests, .versions, .quarantined] {
      objects += try self.objects(below: prefix)
    }
    let (claims, stale) = try self.claims(now)
    let eviction = CacheEviction(of: objects, policy, now: now, kept: kept, claims: claims)
    guard !isDryRun else { return eviction }
    var failure: TierError?
    for key in eviction.evicted.map(\.key) + stale {
      do throws(TierError) { try remove(key) } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
    return eviction
  }

  private func claims(_ now: Timestamp) throws(TierError) -> (live: Set<ObjectKey>, stale: [ObjectKey]) {
    let limit = now.milliseconds - FileObjectTier.claimSecondsMax * 1_000
    let all = try objects(below: .claims)
    let stale = all.filter { $0.used.milliseconds < limit }.map(\.key)
    return (Set(all.map(\.key)).subtracting(stale), stale)
  }
}
