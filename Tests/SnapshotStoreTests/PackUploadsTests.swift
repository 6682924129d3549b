import ObjectTier
import Primitives
import SnapshotFormat
import SnapshotStore
import Synchronization
import TestTiers
import Testing

@Suite struct `packs on their way into a tier` {
  private static let packCount = 12

  private func writer(_ tier: any ObjectTier, jobs: Int) -> PackWriter {
    var limits = StoreLimits()
    limits.jobs = jobs
    limits.packByteCount = 256 << 10
    let random = SeededRandomSource(seed: 7)
    return PackWriter(
      tier: tier, intent: IntentIdentifier(random: random), random: random, created: Timestamp(milliseconds: 1),
      limits: limits)
  }

  /// Frames that do not compress, each of which fills a pack.
  private func fill(_ writer: PackWriter) throws {
    for number in 0..<Self.packCount {
      let raw = seededBytes(200 << 10, seed: UInt64(number))
      let entry = FrameEntry(
        id: .of(raw), formOffset: 0, formByteCount: raw.count, chunkByteCount: raw.count, form: .full)
      try writer.append(FrameDraft(raw: raw, entries: [entry], kind: .chunks)) { _ in }
    }
    try writer.flush()
  }

  /// Where nothing is gained by calls at once, one is on its way while the next is made.
  @Test(arguments: [(jobs: 1, callsAtOnce: 3, greatest: 1), (2, 1, 1), (2, 3, StoreLimits().packsUnderwayCount)])
  func `are all there when it is flushed, and were never more than the limit`(
    _ given: (jobs: Int, callsAtOnce: Int, greatest: Int)
  ) throws {
    let tier = SlowTier(try TestStore(), callsAtOnce: given.callsAtOnce)
    let writer = writer(tier, jobs: given.jobs)
    try fill(writer)
    let counts = tier.counts
    #expect(counts.ended == Self.packCount && counts.failed == 0)
    #expect(counts.greatest == given.greatest)
  }

  @Test func `that fail are told, and nothing is written once that was told`() throws {
    let tier = SlowTier(try TestStore(), failing: 3)
    do {
      let writer = writer(tier, jobs: 2)
      let error = #expect(throws: StoreError.self) { try fill(writer) }
      guard case .tier(let failure)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(failure.kind == .failed)
      #expect(throws: StoreError.self) { try writer.flush() }
    }
    let counts = tier.counts
    #expect(counts.begun == counts.ended && counts.begun < Self.packCount)
  }
}

/// Takes its time to create an object, and may fail at one.
private final class SlowTier: ForwardingTier {
  struct Counts {
    var begun = 0
    var ended = 0
    var failed = 0
    var greatest = 0
  }

  let callsAtOnce: Int
  private let store: TestStore
  private let failing: Int?
  private let state = Mutex(Counts())

  init(_ store: TestStore, callsAtOnce: Int = 3, failing: Int? = nil) {
    self.store = store
    self.callsAtOnce = callsAtOnce
    self.failing = failing
  }

  var tier: any ObjectTier { store.origin }
  var counts: Counts { state.withLock(\.self) }

  func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome {
    let number = state.withLock { counts in
      counts.begun += 1
      counts.greatest = max(counts.greatest, counts.begun - counts.ended)
      return counts.begun
    }
    defer { state.withLock { $0.ended += 1 } }
    SystemClock().sleep(nanoseconds: 20_000_000)
    guard number != failing else {
      state.withLock { $0.failed += 1 }
      throw TierError(.failed, key: key, location: location, reason: "made to fail")
    }
    return try tier.create(key, bytes)
  }
}
