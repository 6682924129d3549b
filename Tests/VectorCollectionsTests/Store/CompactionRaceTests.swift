import Catalog
import DirectoryCatalog
import FileTier
import ObjectTier
import Primitives
import SnapshotFormat
import SnapshotStore
import Synchronization
import TestTiers
import Testing
import VectorCollections

/// What a compaction makes of a log that moves while it looks; each was found by a simulation.
@Suite struct CompactionRaceTests {
  private let test: TestVectors
  private let producer = ProducerName("p")!
  private let record = RecordOperation.upsert(RecordName("a")!, RecordBody(floats: [1]))

  init() throws {
    test = try TestVectors()
  }

  /// The collection as another process has it, which does something right after its first look at the log.
  private func vectors(clock: any WallClock = SystemClock(), _ listed: @escaping @Sendable () -> Void) -> VectorStore {
    let store = test.vectors.store
    let settings = CommitSettings(clock: SystemClock(), wallClock: clock, random: SystemRandomSource())
    let tier = ListingTier(tier: test.origin, listed: listed)
    return VectorStore(
      SnapshotStore(
        identity: store.identity, tier: tier, catalog: DirectoryCatalog(tier), limits: store.limits,
        settings: settings),
      test.vectors.collection, settings: test.vectors.settings)
  }

  @Test func `the first delta of a collection, come after the first look, is not set aside`() throws {
    try test.vectors.register(deadline: .never)
    let request = AppendRequest(producer: producer, operations: [record])
    let looking = vectors { [vectors = test.vectors] in _ = try? vectors.append(request) }
    #expect(try looking.compact().quarantined.isEmpty)
    #expect(try test.vectors.compact().row?.version == 1)
    #expect(try test.vectors.reconcile().runs.map(\.applied) == [1])
  }

  @Test func `a delta that another compacted is not set aside by one whose clock is behind`() throws {
    try test.append([record], by: producer)
    let looking = vectors(clock: HourBehind()) { [vectors = test.vectors] in _ = try? vectors.compact() }
    let result = try looking.compact()
    #expect(result.isUnchanged)
    let head = try test.vectors.store.head(of: test.vectors.collection)
    #expect(head.newestVersion == 1 && head.quarantine.isEmpty)
  }

  @Test func `what another set aside meanwhile is not told as set aside once more`() throws {
    try test.vectors.register(deadline: .never)
    _ = try test.origin.create(.delta(test.vectors.collection, producer, sequence: 1), [1, 2, 3])
    let looking = vectors { [vectors = test.vectors] in _ = try? vectors.compact() }
    let result = try looking.compact()
    #expect(result.isUnchanged && result.quarantined.isEmpty)
    #expect(try test.vectors.store.head(of: test.vectors.collection).quarantine.map(\.sequence) == [1])
  }

  @Test func `a compaction whose clock is behind leaves deltas waiting, and says so`() throws {
    for _ in 0..<2 { try test.append([record], by: producer) }
    let result = try vectors(clock: HourBehind()) {}.compact()
    #expect(result.isUnchanged && result.deltas.isEmpty && result.quarantined.isEmpty)
    #expect(result.held.map(\.reference.sequence) == [1, 2])
    for held in result.held {
      guard case .ahead(let milliseconds, let allowed) = held.cause else { throw StoreError.invalid("\(held.cause)") }
      #expect(abs(milliseconds - 3_600_000) < 60_000 && allowed == 300_000)
      #expect(held.reason.contains("ahead of this machine's"))
    }
    #expect(try test.vectors.store.head(of: test.vectors.collection).quarantine.isEmpty)
    #expect(try test.vectors.compact().deltas.map(\.sequence) == [1, 2])
    #expect(try test.vectors.reconcile().reconciles)
  }

  @Test func `a producer's line is cut where it is ahead, and other producers go on`() throws {
    let early = vectors(clock: HourBehind()) {}
    for name in ["p", "q"] {
      let operation = RecordOperation.upsert(RecordName(name)!, RecordBody(floats: [1]))
      _ = try early.append(AppendRequest(producer: ProducerName(name)!, operations: [operation]))
    }
    for text in ["b", "c"] { try test.append([.upsert(RecordName(text)!, RecordBody(floats: [2]))], by: producer) }
    let result = try early.compact()
    #expect(result.deltas.map { "\($0.producer) \($0.sequence)" } == ["p 1", "q 1"])
    #expect(result.held.map(\.reference.sequence) == [2, 3])
    #expect(result.row?.version == 1 && !result.leavesDeltas)
    #expect(try test.vectors.compact().deltas.map(\.sequence) == [2, 3])
    #expect(try test.vectors.reconcile().reconciles)
  }

  @Test func `a delta that is to be tried again, and is ahead, holds up nobody`() throws {
    for _ in 0..<2 { try test.append([record], by: producer) }
    let digest = try #require(try test.vectors.deltas().pending.first).tail.digest
    let bad = ObjectKey.delta(test.vectors.collection, producer, sequence: 1)
    let bytes = try test.origin.read(bad, limit: DeltaLimits.byteCount)
    try test.origin.replace(bad, Array(bytes.dropLast(50)))
    #expect(try test.vectors.compact().quarantined.count == 1)
    try test.origin.replace(bad, bytes)
    try test.vectors.retry(producer, sequence: 1)
    let result = try vectors(clock: HourBehind()) {}.compact()
    #expect(result.quarantined.isEmpty && result.held.map(\.summary?.tail.digest) == [digest])
    #expect(try test.vectors.compact().deltas.map(\.sequence) == [1])
  }

  @Test func `an append learns from the newest version which delta was compacted under its number`() throws {
    for text in ["a", "b"] { try test.append([.upsert(RecordName(text)!, RecordBody(floats: [1]))], by: producer) }
    _ = try test.vectors.compact()
    let key = ObjectKey.delta(test.vectors.collection, producer, sequence: 1)
    let bytes = try test.origin.read(key, limit: DeltaLimits.byteCount)
    let tail = try DeltaTail(tail: bytes.rawSpan)
    let sequences = HeadSequences(test.vectors)
    #expect(try sequences.holds(producer, 1, tail.digest) == true)
    #expect(try sequences.holds(producer, 1, Digest.of([1])) == false)
    #expect(try sequences.holds(ProducerName("q")!, 1, tail.digest) == false)
  }
}

private struct HourBehind: WallClock {
  func now() -> Timestamp { Timestamp(milliseconds: SystemClock().now().milliseconds - 3_600_000) }
}

/// A tier that tells when the log was listed, once.
private final class ListingTier: ForwardingTier {
  let tier: any ObjectTier
  private let listed: Mutex<(@Sendable () -> Void)?>

  init(tier: any ObjectTier, listed: @escaping @Sendable () -> Void) {
    self.tier = tier
    self.listed = Mutex(listed)
  }

  func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    let keys = try tier.list(prefix, after: start, limit: limit)
    if prefix.string.hasPrefix("deltas/") {
      let told = listed.withLock { listed in
        defer { listed = nil }
        return listed
      }
      told?()
    }
    return keys
  }
}
