internal import ObjectTier
internal import Primitives
internal import SnapshotFormat

/// Puts packs into the tier while the next ones are made: a line with a delay is not idle meanwhile.
///
/// - At most `countMax` packs are on their way, and in memory.
/// - A failure is thrown by the first call that waits for its pack, and by each one after that: none returns as if all
///   were there.
/// - Nothing is being written any more once this is gone.
struct PackUploads {
  private let tier: any ObjectTier
  private let countMax: Int
  private var underway: [BackgroundWork<Void, StoreError>] = []
  private var failure: StoreError?

  /// - Parameter countMax: 0 puts each pack before `put` returns.
  init(_ tier: any ObjectTier, countMax: Int) {
    self.tier = tier
    self.countMax = countMax
  }

  /// Takes a pack; waits for the oldest of too many.
  mutating func put(_ name: UniqueName, _ bytes: [UInt8]) throws(StoreError) {
    if let failure { throw failure }
    guard countMax > 0 else { return try tier.createFresh(.pack(name), bytes) }
    while underway.count >= countMax { try waitForOldest() }
    underway.append(BackgroundWork { [tier] () throws(StoreError) in try tier.createFresh(.pack(name), bytes) })
  }

  /// Returns when all packs that were taken are durable.
  mutating func finish() throws(StoreError) {
    while !underway.isEmpty { try waitForOldest() }
    if let failure { throw failure }
  }

  private mutating func waitForOldest() throws(StoreError) {
    do throws(StoreError) { try underway.removeFirst().wait() } catch {
      failure = failure ?? error
      throw error
    }
  }
}
