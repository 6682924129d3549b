internal import Primitives
internal import SnapshotFormat

/// Of many processes that miss one object, one copies it, and the others wait for it.
///
/// A claim saves work and gives no safety: who cannot make one, or waited long enough, copies the object too; the cache
/// keeps the first copy.
struct FillClaim: Sendable {
  /// What another process put there meanwhile.
  let found: [UInt8]?
  /// Takes the claim back, where it is this process's.
  let release: @Sendable () -> Void

  static let none = FillClaim(found: nil) {}
}

/// What is seen of a claim.
enum ClaimSight {
  case there([UInt8])
  case gone
  /// The cache does not say.
  case unknown
}

extension CachedTier {
  private static let claimByteCountMax = 256

  /// - Parameter look: reads what was asked for out of the cache.
  func claim(_ key: ObjectKey, _ look: () -> [UInt8]?) -> FillClaim {
    // What another puts there is not looked at either.
    guard !withState({ $0.distrusted.distrusts(key) }) else { return .none }
    let claim = ObjectKey.claim(key)
    let start = clock.nanoseconds()
    let end = min(start + options.claimNanoseconds, waitsUntil)
    var watch = ClaimWatch(silenceNanoseconds: options.silenceNanoseconds, end: end, now: start)
    var pause: UInt64 = 2_000_000
    repeat {
      let mark = newMark()
      guard let outcome = attempt({ cache throws(TierError) in try cache.create(claim, mark) }) else { return .none }
      if outcome == .created { return held(claim, mark, look) }
      clock.sleep(nanoseconds: pause)
      pause = min(pause * 2, 100_000_000)
      if let bytes = look() { return awaited(bytes) {} }
      guard case .there(let seen) = sight(of: claim), watch.isSilent(seen, at: clock.nanoseconds()) else { continue }
      if takeOver(claim, seen, mark) { return held(claim, mark, look) }
      watch.beginAgain(at: clock.nanoseconds())
    } while watch.goesOn(at: clock.nanoseconds())
    return .none
  }

  /// The claim is this process's. Who had it before may have put the object there since it was missed.
  private func held(_ claim: ObjectKey, _ mark: [UInt8], _ look: () -> [UInt8]?) -> FillClaim {
    let keeper = ClaimKeeper(claim, mark, of: self)
    guard let bytes = look() else { return FillClaim(found: nil) { keeper.finish() } }
    return awaited(bytes) { keeper.finish() }
  }

  private func awaited(_ bytes: [UInt8], _ release: @escaping @Sendable () -> Void) -> FillClaim {
    withState { $0.counters.awaited += 1 }
    return FillClaim(found: bytes, release: release)
  }

  /// Takes a claim over that nobody keeps. Of many who try, the one who creates a further object does; whoever comes
  /// when that is gone again sees that the claim is another one.
  private func takeOver(_ claim: ObjectKey, _ seen: [UInt8], _ mark: [UInt8]) -> Bool {
    let turn = ObjectKey.takeover(of: claim, Digest.of(seen))
    guard attempt({ cache throws(TierError) in try cache.create(turn, mark) }) == .created else { return false }
    defer { attempt { cache throws(TierError) in try cache.remove(turn) } }
    guard case .there(seen) = sight(of: claim) else { return false }
    return attempt { cache throws(TierError) in try cache.replace(claim, mark) } != nil
  }

  func sight(of claim: ObjectKey) -> ClaimSight {
    let bytes: [UInt8]?? = attempt { cache throws(TierError) in
      do throws(TierError) {
        return try cache.read(claim, limit: CachedTier.claimByteCountMax)
      } catch {
        guard error.kind == .notFound else { throw error }
        return nil
      }
    }
    guard let bytes else { return .unknown }
    return bytes.map { .there($0) } ?? .gone
  }

  /// What tells one claim, and one beat of it, from any other; all of one length.
  func newMark() -> [UInt8] { Array("\(UniqueName(high: random.next(), low: random.next()).hex)\n".utf8) }
}
