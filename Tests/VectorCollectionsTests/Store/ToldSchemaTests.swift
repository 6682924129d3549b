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

/// What all records of a collection are is told once, before the first delta is acknowledged (formats/head.md §7).
struct ToldSchemaTests {
  private let test: TestVectors
  private let producers = ["p", "q"].map { ProducerName($0)! }

  init() throws {
    test = try TestVectors()
  }

  private func request(_ dimension: Int, by producer: ProducerName, _ id: String = "a") -> AppendRequest {
    let body = RecordBody(floats: Array(repeating: 1, count: dimension))
    return AppendRequest(producer: producer, operations: [.upsert(RecordName(id)!, body)])
  }

  /// The collection as another process has it, before whose first head is created something else happens.
  private func vectors(beforeBeginning happens: @escaping @Sendable () -> Void) -> VectorStore {
    let store = test.vectors.store
    let tier = BeginningTier(
      tier: test.origin, awaited: .head(test.vectors.collection, revision: 1), happens: happens)
    return VectorStore(
      SnapshotStore(
        identity: store.identity, tier: tier, catalog: DirectoryCatalog(tier), limits: store.limits,
        settings: CommitSettings(clock: SystemClock(), wallClock: SystemClock(), random: SystemRandomSource())),
      test.vectors.collection, settings: VectorStore.Settings(temporaryDirectory: test.path + "/tmp"))
  }

  private func refusal(_ body: () throws(AppendError) -> AppendOutcome) throws -> String {
    do throws(AppendError) {
      Issue.record("\(try body())")
      return ""
    } catch {
      guard case .log(.refused(let reason)) = error else { throw error }
      return reason
    }
  }

  private func deltaCount() throws -> Int {
    try test.origin.list(.deltas(test.vectors.collection), after: nil, limit: 100).count
  }

  @Test func `of two first appends of different dimensions one is refused, says both, and leaves nothing`() throws {
    let slow = vectors { [vectors = test.vectors, request = request(2, by: producers[0])] in
      _ = try? vectors.append(request)
    }
    let reason = try refusal { () throws(AppendError) in try slow.append(request(3, by: producers[1])) }
    #expect(reason.contains("3 dimensions where the collection has 2"), "\(reason)")
    #expect(try deltaCount() == 1)
    let result = try test.vectors.compact()
    #expect(result.quarantined.isEmpty && result.deltas.map(\.producer) == [producers[0]])
    #expect(try test.vectors.reconcile().reconciles)
  }

  @Test func `of a group only those are refused that the faster one's schema does not fit`() throws {
    let slow = vectors { [vectors = test.vectors, request = request(2, by: producers[0])] in
      _ = try? vectors.append(request)
    }
    let outcomes = slow.append(together: [request(3, by: producers[1], "b"), request(2, by: producers[1], "c")])
    #expect(outcomes.map { (try? $0.get()) != nil } == [false, true])
    #expect(try test.vectors.compact().row?.recordCount == 2)
  }

  @Test func `whatever many appends at once bring, what is acknowledged is of one dimension, and is taken`() throws {
    for round in 0..<8 {
      let test = try TestVectors()
      let requests = (0..<6).map { request(2 + ($0 + round) % 3, by: ProducerName("p\($0)")!, "r\($0)") }
      let outcomes = Parallel.map(requests, jobs: 6) { [known = test.vectors] request in
        var settings = known.settings
        settings.memory = AppendMemory()
        return (try? VectorStore(known.store, known.collection, settings: settings).append(request)) != nil
      }
      let dimensions = zip(requests, outcomes).filter(\.1).compactMap {
        VectorStore.schema(of: $0.0.operations)?.dimension
      }
      #expect(Set(dimensions).count == 1 && dimensions.count == 2, "\(dimensions)")
      let result = try test.vectors.compact()
      #expect(result.quarantined.isEmpty && result.row?.recordCount == UInt64(dimensions.count))
    }
  }

  @Test func `work that cannot be appended tells nothing`() throws {
    var mixed = request(2, by: producers[0])
    mixed.operations += request(3, by: producers[0], "b").operations
    _ = try refusal { () throws(AppendError) in try test.vectors.append(mixed) }
    #expect(throws: StoreError.self) { try test.vectors.store.head(of: test.vectors.collection) }
    _ = try test.vectors.append(request(3, by: producers[0]))
    #expect(try test.vectors.store.head(of: test.vectors.collection).schema == VectorSchema(dimension: 3))
  }

  @Test func `a collection whose head does not tell is told what its first delta has`() throws {
    try test.vectors.register(deadline: .never)
    let log = DeltaLog(
      tier: test.origin, collection: test.vectors.collection, schema: VectorSchema(dimension: 2),
      compacted: HeadSequences(test.vectors), clock: SystemClock())
    _ = try log.append(request(2, by: producers[1]))
    let reason = try refusal { () throws(AppendError) in try test.vectors.append(request(3, by: producers[0])) }
    #expect(reason.contains("3 dimensions where the collection has 2"), "\(reason)")
    #expect(try test.vectors.append(request(2, by: producers[0], "b")) != .alreadyThere(.store))
    #expect(try test.vectors.store.head(of: test.vectors.collection).schema == VectorSchema(dimension: 2))
    #expect(try test.vectors.compact().row?.recordCount == 2)
    #expect(try test.vectors.store.head(of: test.vectors.collection).schema == VectorSchema(dimension: 2))
  }

  @Test func `an append to a collection without a version lists nothing to learn its schema`() throws {
    for number in 0..<20 { _ = try test.vectors.append(request(2, by: producers[0], "r\(number)")) }
    let before = test.origin.counters
    #expect(try test.vectors.schema() == VectorSchema(dimension: 2))
    let spent = test.origin.counters - before
    #expect(spent.requests < 8, "\(spent)")
  }
}

/// A tier on which something else happens before one object is created, once.
private final class BeginningTier: ForwardingTier {
  let tier: any ObjectTier
  private let awaited: ObjectKey
  private let happens: Mutex<(@Sendable () -> Void)?>

  init(tier: any ObjectTier, awaited: ObjectKey, happens: @escaping @Sendable () -> Void) {
    self.tier = tier
    self.awaited = awaited
    self.happens = Mutex(happens)
  }

  func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome {
    if key == awaited {
      let happens = happens.withLock { happens in
        defer { happens = nil }
        return happens
      }
      happens?()
    }
    return try tier.create(key, bytes)
  }
}
