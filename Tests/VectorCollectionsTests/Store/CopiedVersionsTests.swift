import Catalog
import DirectoryCatalog
import ObjectTier
import Primitives
import SnapshotFormat
import SnapshotStore
import Synchronization
import TestTiers
import Testing
import VectorCollections

/// Versions of another store come into a collection in which deltas wait (formats/head.md §9).
struct CopiedVersionsTests {
  private let source: TestVectors
  private let target: TestVectors
  private let producer = ProducerName("p")!

  init() throws {
    source = try TestVectors()
    target = try TestVectors()
  }

  private func upsert(_ id: String, _ dimension: Int = 1) -> RecordOperation {
    .upsert(RecordName(id)!, RecordBody(floats: Array(repeating: 1, count: dimension)))
  }

  /// Two deltas, a version of each.
  private func compactTwo() throws -> [ObjectKey] {
    try ["a", "b"].map { id in
      let key = try #require(try source.append([upsert(id)], by: producer))
      _ = try source.vectors.compact()
      return key
    }
  }

  private func refusal() -> String? {
    do throws(StoreError) { _ = try target.vectors.copy(from: source.vectors) } catch {
      if case .invalid(let reason) = error { return reason }
      Issue.record("\(error)")
    }
    return nil
  }

  private func ids(_ test: TestVectors) throws -> [String] {
    try test.records(try test.vectors.readerWithPending()).keys.map(\.string).sorted()
  }

  @Test func `versions come with what is compacted, and appends go on behind it`() throws {
    _ = try compactTwo()
    #expect(try target.vectors.copy(from: source.vectors).versions == 2)
    #expect(try target.append([upsert("c")], by: producer) == .delta(target.vectors.collection, producer, sequence: 3))
    #expect(try target.vectors.copy(from: source.vectors).versions == 0)
    _ = try target.vectors.compact()
    #expect(try ids(target) == ["a", "b", "c"] && target.vectors.reconcile().reconciles)
  }

  @Test func `versions that would pass over deltas which wait are refused, and these are named`() throws {
    _ = try compactTwo()
    try target.append([upsert("x")], by: producer)
    try target.append([upsert("y")], by: ProducerName("q")!)
    let before = try target.vectors.store.head(of: target.vectors.collection).revision
    let reason = try #require(refusal())
    #expect(reason.contains("words@1") && reason.contains("p/1") && !reason.contains("q/1"), "\(reason)")
    #expect(try target.vectors.store.head(of: target.vectors.collection).revision == before)
    #expect(try ids(target) == ["x", "y"])
    _ = try target.vectors.compact()
    #expect(try target.vectors.reconcile().reconciles)
  }

  @Test func `those that only a later version passes over are named before anything is written`() throws {
    let keys = try compactTwo()
    _ = try target.origin.create(keys[0], try source.origin.read(keys[0], limit: DeltaLimits.byteCount))
    try target.append([upsert("x")], by: producer)
    let reason = try #require(refusal())
    #expect(reason.contains("words@2") && reason.contains("p/2") && !reason.contains("p/1"), "\(reason)")
    #expect(try target.vectors.store.head(of: target.vectors.collection).newestVersion == 0)
  }

  @Test func `deltas that are the very ones which were compacted are no obstacle`() throws {
    for key in try compactTwo() {
      _ = try target.origin.create(key, try source.origin.read(key, limit: DeltaLimits.byteCount))
    }
    #expect(try target.vectors.copy(from: source.vectors).versions == 2)
    let listing = try target.vectors.deltas()
    #expect(listing.pending.isEmpty && listing.quarantined.isEmpty)
    #expect(try ids(target) == ["a", "b"] && target.vectors.reconcile().reconciles)
  }

  @Test func `a delta that the source has set aside is not taken for compacted`() throws {
    let keys = try ["a", "b"].map { try #require(try source.append([upsert($0)], by: producer)) }
    _ = try target.origin.create(keys[0], try source.origin.read(keys[0], limit: DeltaLimits.byteCount))
    try source.damage(keys[0], at: 400)
    #expect(try source.vectors.compact().quarantined.map(\.sequence) == [1])
    #expect(try #require(refusal()).contains("p/1"))
  }

  @Test func `a delta whose end cannot be read is named, too`() throws {
    let key = try #require(try compactTwo().first)
    _ = try target.origin.create(key, [1, 2, 3])
    #expect(try #require(refusal()).contains("p/1"))
  }

  @Test func `deltas of another schema than the source's are not passed by`() throws {
    _ = try compactTwo()
    try target.vectors.register(deadline: .never)
    let log = DeltaLog(
      tier: target.origin, collection: target.vectors.collection, schema: VectorSchema(dimension: 2),
      compacted: SampleHead(), clock: SystemClock())
    _ = try log.append(AppendRequest(producer: ProducerName("q")!, operations: [upsert("x", 2)]))
    let reason = try #require(refusal())
    #expect(reason.contains("1 dimensions there, and 2 here"), "\(reason)")
    #expect(try target.vectors.store.head(of: target.vectors.collection).schema == nil)
  }

  @Test func `what is appended just before a version is committed is set aside, and can be put back`() throws {
    _ = try compactTwo()
    let request = AppendRequest(producer: producer, operations: [upsert("x")])
    // The first head registers the collection.
    let tier = Interposed(tier: target.origin, beforeHead: 2) { [vectors = target.vectors] in
      _ = try? vectors.append(request)
    }
    #expect(try seen(through: tier).copy(from: source.vectors).versions == 2)
    let aside = try target.vectors.deltas().quarantined
    #expect(aside.map(\.sequence) == [1] && aside[0].reason.contains("versions were copied"))
    #expect(try ids(target) == ["a", "b"])
    try target.vectors.retry(producer, sequence: 1)
    _ = try target.vectors.compact()
    #expect(try ids(target) == ["a", "b", "x"])
  }

  @Test func `deltas that a listing lags behind with are found all the same`() throws {
    _ = try compactTwo()
    try target.append([upsert("x")], by: producer)
    let tier = Interposed(tier: target.origin, listsDeltas: false)
    let error = #expect(throws: StoreError.self) { try seen(through: tier).copy(from: source.vectors) }
    #expect("\(try #require(error))".contains("p/1"))
    #expect(try target.vectors.store.head(of: target.vectors.collection).newestVersion == 0)
  }

  @Test func `deltas that are older than what the versions still accept are named, and no version comes`() throws {
    try target.append([upsert("x")], by: ProducerName("q")!)
    _ = try compactTwo()
    let store = source.vectors.store
    let transaction = CommitTransaction(
      store.catalog, source.vectors.collection, settings: store.settings, deadline: .never)
    _ = try transaction.retrying { _ throws(CatalogError) in Proposal([.oldestRecord(.max >> 1)]) }
    let reason = try #require(refusal())
    #expect(reason.contains("q/1") && reason.contains("as old"), "\(reason)")
    #expect(try target.vectors.store.head(of: target.vectors.collection).newestVersion == 0)
  }

  /// The target, as another host may see it.
  private func seen(through tier: Interposed) -> VectorStore {
    let store = target.vectors.store
    return VectorStore(
      SnapshotStore(
        identity: store.identity, tier: tier, catalog: DirectoryCatalog(tier), limits: store.limits,
        settings: store.settings), target.vectors.collection, settings: target.vectors.settings)
  }
}

/// Does something before a head is created, or lists no delta.
private final class Interposed: ForwardingTier {
  let tier: any ObjectTier
  private let listsDeltas: Bool
  private let revision: UInt64?
  private let beforeHead: @Sendable () -> Void

  init(
    tier: any ObjectTier, listsDeltas: Bool = true, beforeHead revision: UInt64? = nil,
    _ action: @escaping @Sendable () -> Void = {}
  ) {
    (self.tier, self.listsDeltas, self.revision, beforeHead) = (tier, listsDeltas, revision, action)
  }

  func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    guard listsDeltas || !prefix.string.hasPrefix("deltas/") else { return [] }
    return try tier.list(prefix, after: start, limit: limit)
  }

  func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome {
    if let revision, key == .head(CollectionName("words")!, revision: revision) { beforeHead() }
    return try tier.create(key, bytes)
  }
}
