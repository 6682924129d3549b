internal import Primitives
internal import SnapshotFormat
internal import Synchronization

/// A claim while its object is copied: says on a thread of its own, again and again, that it is somebody's.
///
/// - What was taken over meanwhile is let alone: another's claim is neither written over nor removed.
/// - The thread makes one call at a time, and ends when the claim does. Who ends it does not wait for a call that does
///   not come back: the thread takes the claim back then.
final class ClaimKeeper: Sendable {
  private struct State {
    /// What stands in the claim; nil: it is not this one's any more.
    var mark: [UInt8]?
  }

  private let claim: ObjectKey
  private let tier: CachedTier
  /// Held during a call for the claim, so that no beat comes after the end.
  private let state: Mutex<State>
  private let isEnding = Atomic(false)
  private static let sliceNanoseconds: UInt64 = 20_000_000

  /// - Parameter mark: what was written into the claim.
  init(_ claim: ObjectKey, _ mark: [UInt8], of tier: CachedTier) {
    self.claim = claim
    self.tier = tier
    state = Mutex(State(mark: mark))
    tier.options.beginThread { self.keepBeating() }
  }

  /// Takes the claim back.
  func finish() {
    isEnding.store(true, ordering: .sequentiallyConsistent)
    _ = state.withLockIfAvailable { release(&$0) }
  }

  private func keepBeating() {
    let interval = tier.options.beatNanoseconds
    var last = tier.clock.nanoseconds()
    while !isEnding.load(ordering: .sequentiallyConsistent) {
      if tier.clock.nanoseconds() - last >= interval {
        last = tier.clock.nanoseconds()
        state.withLock { beat(&$0) }
      }
      tier.clock.sleep(nanoseconds: min(ClaimKeeper.sliceNanoseconds, interval))
    }
    state.withLock { release(&$0) }
  }

  private func beat(_ state: inout State) {
    guard !isEnding.load(ordering: .sequentiallyConsistent), isStillThere(&state) else { return }
    let next = tier.newMark()
    if tier.attempt({ cache throws(TierError) in try cache.replace(claim, next) }) != nil { state.mark = next }
  }

  private func release(_ state: inout State) {
    guard isStillThere(&state) else { return }
    state.mark = nil
    tier.attempt { cache throws(TierError) in try cache.remove(claim) }
  }

  /// What cannot be read is left as it is: nobody is any the wiser.
  private func isStillThere(_ state: inout State) -> Bool {
    guard let mark = state.mark else { return false }
    switch tier.sight(of: claim) {
    case .there(mark): return true
    case .there, .gone: state.mark = nil
    case .unknown: break
    }
    return false
  }
}
