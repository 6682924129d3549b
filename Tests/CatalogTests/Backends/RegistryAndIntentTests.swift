import Catalog
import DirectoryCatalog
import ObjectTier
import Primitives
import SnapshotFormat
import Synchronization
import Testing

@Suite struct RegistryTests {
  private let tier = MemoryTier()
  private let clock = ManualClock()

  private func settings(_ seed: UInt64 = 2) -> CommitSettings {
    CommitSettings(clock: clock, wallClock: clock, random: SeededRandomSource(seed: seed))
  }

  private func registry(_ seed: UInt64 = 2) -> CollectionRegistry {
    CollectionRegistry(DirectoryCatalog(tier), settings: settings(seed))
  }

  @Test func `a collection of the other kind is refused`() throws {
    _ = try registry().register(Samples.words, kind: .tree, deadline: .never)
    #expect(throws: CatalogError.registeredAs(Samples.words, .tree)) {
      try registry().register(Samples.words, kind: .vectors, deadline: .never)
    }
  }

  @Test func `a schema is told once, by the first head or by a later one; who comes after gets that one`() throws {
    func told(_ dimension: Int?) throws -> Head {
      try registry().register(
        Samples.words, kind: .vectors, schema: dimension.map { VectorSchema(dimension: $0) }, deadline: .never)
    }
    #expect(try told(nil).schema == nil)
    let head = try told(4)
    #expect(head.schema == VectorSchema(dimension: 4) && head.revision == 2 && head.action == .begin)
    #expect(try told(3) == head && told(nil) == head)
    let other = try #require(CollectionName("other"))
    let first = try registry().register(other, kind: .vectors, schema: VectorSchema(dimension: 0), deadline: .never)
    #expect(first.schema == VectorSchema(dimension: 0) && first.revision == 1)
    let tree = try #require(CollectionName("tree"))
    #expect(throws: CatalogError.self) {
      try registry().register(tree, kind: .tree, schema: VectorSchema(dimension: 3), deadline: .never)
    }
  }

  @Test func `an empty store has no collections`() throws {
    #expect(try registry().collections().isEmpty)
    #expect(try registry().kind(of: Samples.words) == nil)
  }

  @Test func `a registration that was cut short is completed by the next`() throws {
    let store = try Head.before(.store, kind: .store).applying(
      [.register(RegisteredCollection(Samples.words, kind: .tree))], mark: Samples.mark(1))
    _ = try tier.create(store.key, store.encoded().bytes)
    let head = try registry().register(Samples.words, kind: .tree, deadline: .never)
    #expect(head.revision == 1 && head.action == .begin)
  }

  @Test func `a collection begins behind the fences of the store`() throws {
    let store = try Head.before(.store, kind: .store).applying(
      [.fence(gcEpoch: 7, leastIntentEpoch: 6)], mark: Samples.mark(1))
    _ = try tier.create(store.key, store.encoded().bytes)
    let head = try registry().register(Samples.words, kind: .vectors, deadline: .never)
    #expect(head.fences.gcEpoch == 7 && head.fences.leastIntentEpoch == 6)
  }

  @Test func `registering again changes nothing`() throws {
    let head = try registry().register(Samples.words, kind: .tree, deadline: .never)
    let sent = tier.creates.count
    #expect(try registry().register(Samples.words, kind: .tree, deadline: .never) == head)
    #expect(tier.creates.count == sent)
  }

  @Test func `lost answers register once`() throws {
    for (index, fault) in [MemoryTier.Fault.lost, .lostButLanded, .landsLater(calls: 2)].enumerated() {
      let name = try #require(CollectionName("words\(index)"))
      tier.schedule([fault, fault])
      let head = try registry(UInt64(index)).register(name, kind: .tree, deadline: .never)
      #expect(head.revision == 1)
    }
    #expect(try registry().collections().count == 3)
  }

  @Test func `many that register at once all get what they asked for`() throws {
    let tier = tier
    let failures = Mutex<[String]>([])
    inThreads(8) { thread in
      let settings = CommitSettings(
        clock: SystemClock(), wallClock: SystemClock(), random: SeededRandomSource(seed: UInt64(thread)))
      let registry = CollectionRegistry(DirectoryCatalog(tier), settings: settings)
      for number in 0..<4 {
        guard let name = CollectionName(number == 0 ? "shared" : "own-\(thread)-\(number)") else { continue }
        do {
          _ = try registry.register(name, kind: .tree, deadline: Deadline(seconds: 60, from: SystemClock()))
        } catch { failures.withLock { $0.append("\(error)") } }
      }
    }
    #expect(failures.withLock { $0 } == [])
    #expect(try registry().collections().count == 1 + 8 * 3)
  }
}

@Suite struct IntentsTests {
  private let tier = MemoryTier()
  private let clock = ManualClock()
  private var intents: Intents {
    Intents(
      tier, Samples.words,
      settings: CommitSettings(clock: clock, wallClock: clock, random: SeededRandomSource(seed: 3)))
  }

  @Test func `an intent that does not verify is listed as damaged, beside the sound ones`() throws {
    let head = try Samples.fill(tier, versions: 1)
    let intents = intents
    let one = try intents.announce(.create, on: head, deadline: .never)
    let two = try intents.announce(.compact, on: head, deadline: .never)
    tier.overwrite(two.key, [1, 2, 3])
    let listed = try intents.list()
    #expect(listed.count == 2)
    #expect(listed.compactMap { try? $0.intent.get() } == [one])
    #expect(listed.contains { $0.key == two.key && $0.ageMilliseconds(at: one.started) == nil })
  }

  @Test func `an intent is announced on its base, ages, and is taken back`() throws {
    let head = try Samples.fill(tier, versions: 1)
    let intents = intents
    let intent = try intents.announce(.create, on: head, secondsToLive: 10, deadline: .never)
    #expect(intent.baseRevision == head.revision)
    let listed = try #require(intents.list().first)
    #expect(try listed.intent.get() == intent)
    let later = Timestamp(milliseconds: intent.started.milliseconds + 10_001)
    #expect(listed.ageMilliseconds(at: later) == 10_001 && listed.isOverdue(at: later))
    #expect(!listed.isOverdue(at: intent.started))
    #expect(listed.ageMilliseconds(at: Timestamp(milliseconds: .min)) == nil)
    try intents.withdraw(intent.identifier)
    try intents.withdraw(intent.identifier)
    #expect(try intents.list().isEmpty)
  }
}

@Suite struct StoreObjectTests {
  private let tier = MemoryTier()
  private let clock = ManualClock()

  private func create(_ number: UInt64) throws -> Bool {
    let identity = StoreIdentity(identifier: Samples.name(number), catalog: .rocksdb, created: clock.now())
    let settings = CommitSettings(clock: clock, wallClock: clock, random: SeededRandomSource(seed: 1))
    return try StoreObject.create(identity, in: tier, settings: settings, deadline: .never)
  }

  @Test func `a place without a store says so, and a damaged store object is damage`() throws {
    #expect(throws: CatalogError.notFound(.store("memory"))) { try StoreObject.read(from: tier) }
    tier.overwrite(.store, [1])
    let error = #expect(throws: CatalogError.self) { try StoreObject.read(from: tier) }
    guard case .damaged(.store, _) = error else { throw error ?? .timedOut("no error") }
  }

  @Test func `a store is made once`() throws {
    #expect(try create(1))
    #expect(try create(2) == false)
    #expect(try StoreObject.read(from: tier).identifier == Samples.name(1))
  }
}
