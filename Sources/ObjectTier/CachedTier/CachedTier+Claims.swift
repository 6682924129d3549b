internal import Primitives
internal import SnapshotFormat

/// Of many processes that miss one object, one copies it, and the others wait for it.
///
/// A claim saves work and gives no safety: who cannot make one, or waited long enough, copies the object too; the cache
/// keeps the first copy.
struct FillClaim {
  /// What another process put there meanwhile.
  let found: [UInt8]?
  /// Takes the claim back, where it is this process's.
  let release: () -> Void
}

extension CachedTier {
  /// - Parameter look: reads what was asked for out of the cache.
  func claim(_ key: ObjectKey, _ look: () -> [UInt8]?) -> FillClaim {
    let claim = ObjectKey.claim(key)
    // What another puts there is not looked at either.
    guard !withState({ $0.distrusted.distrusts(key) }) else { return FillClaim(found: nil) {} }
    let limit = deadline.earlier(Deadline(seconds: Double(options.claimNanoseconds) / 1e9, from: clock))
    var pause: UInt64 = 2_000_000
    while let outcome = attempt({ tier throws(TierError) in try tier.create(claim, CachedTier.claimBytes) }) {
      if outcome == .created { return FillClaim(found: nil) { self.release(claim) } }
      guard !limit.hasPassed(on: clock) else {
        // Whoever made it is gone, or slower than the origin.
        return FillClaim(found: nil) { self.release(claim) }
      }
      clock.sleep(nanoseconds: pause)
      pause = min(pause * 2, 100_000_000)
      if let bytes = look() {
        withState { $0.counters.awaited += 1 }
        return FillClaim(found: bytes) {}
      }
    }
    return FillClaim(found: nil) {}
  }

  private static let claimBytes = Array("claim\n".utf8)

  private func release(_ claim: ObjectKey) {
    attempt { tier throws(TierError) in try tier.remove(claim) }
  }
}
