import ObjectTier
import Primitives
import SnapshotFormat
import Synchronization
import TestFiles
import TestServers
import Testing

/// The rules of `ObjectTier`, on every tier there is.
@Suite struct TierConformanceTests {
  private let temporary: TemporaryDirectory
  private let pack = ObjectKey.pack(UniqueName(high: 1, low: 2))
  private let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0) }

  init() throws {
    temporary = try TemporaryDirectory(in: Elsewhere.mounts.first ?? "/tmp")
  }

  private func kind(_ body: () throws -> some Any) -> TierError.Kind? {
    #expect(throws: TierError.self) { _ = try body() }?.kind
  }

  private func head(_ revision: UInt64, _ collection: String = "words") throws -> ObjectKey {
    .head(try #require(CollectionName(collection)), revision: revision)
  }

  @Test(arguments: TierUnderTest.here)
  func `an object that is not there is not found`(_ subject: TierUnderTest) throws {
    let tier = try subject.make(in: temporary)
    for key in [pack, try head(1), .store] {
      #expect(try tier.byteCount(of: key) == nil)
      #expect(kind { try tier.read(key, limit: 10) } == .notFound)
      #expect(kind { try tier.read(key, range: 0..<1) } == .notFound)
      #expect(kind { try tier.quarantine(key, mark: UniqueName(high: 1, low: 1)) } == .notFound)
      try tier.remove(key)
    }
    #expect(try tier.list(.packs, after: nil, limit: 10).isEmpty)
  }

  @Test(arguments: TierUnderTest.here)
  func `an object that ends inside the range is too short, never fewer bytes`(_ subject: TierUnderTest) throws {
    let tier = try subject.make(in: temporary)
    #expect(try tier.create(pack, bytes) == .created)
    for range in [999..<1_001, 0..<1_001, 1_000..<1_001, 5_000..<5_001] as [Range<UInt64>] {
      #expect(kind { try tier.read(pack, range: range) } == .tooShort(byteCount: 1_000))
    }
    #expect(try tier.read(pack, range: 1_000..<1_000).isEmpty)
    #expect(try tier.read(pack, range: 990..<1_000) == Array(bytes[990...]))
    #expect(throws: TierError.self) { try tier.read(pack, range: 0..<UInt64.max) }
  }

  @Test(arguments: TierUnderTest.here)
  func `an object larger than allowed is refused unread`(_ subject: TierUnderTest) throws {
    let tier = try subject.make(in: temporary)
    #expect(try tier.create(pack, bytes) == .created)
    #expect(kind { try tier.read(pack, limit: 999) } == .tooLarge(byteCount: 1_000))
    #expect(try tier.read(pack, limit: 1_000) == bytes)
  }

  @Test(arguments: TierUnderTest.here)
  func `creating is exclusive, and the first object stays`(_ subject: TierUnderTest) throws {
    let tier = try subject.make(in: temporary)
    #expect(try tier.create(pack, bytes) == .created)
    #expect(try tier.create(pack, [1]) == .exists)
    #expect(try tier.create(pack, bytes) == .exists)
    #expect(try tier.read(pack, limit: 1_000) == bytes)
    #expect(try tier.byteCount(of: pack) == 1_000)
  }

  @Test(arguments: TierUnderTest.here)
  func `an empty object is an object`(_ subject: TierUnderTest) throws {
    let tier = try subject.make(in: temporary)
    #expect(try tier.create(pack, []) == .created)
    #expect(try tier.byteCount(of: pack) == 0)
    #expect(try tier.read(pack, limit: 0).isEmpty)
    #expect(try tier.read(pack, range: 0..<0).isEmpty)
  }

  @Test(arguments: TierUnderTest.ofOneHost)
  func `replacing, removing and setting aside do what they say`(_ subject: TierUnderTest) throws {
    let tier = try subject.make(in: temporary)
    let intent = ObjectKey.intent(try #require(CollectionName("words")), IntentIdentifier(value: 7))
    try tier.replace(intent, [1])
    try tier.replace(intent, [2, 3])
    #expect(try tier.read(intent, limit: 10) == [2, 3])
    try tier.remove(intent)
    try tier.remove(intent)
    #expect(try tier.byteCount(of: intent) == nil)
    #expect(try tier.create(pack, bytes) == .created)
    let mark = UniqueName(high: 9, low: 9)
    try tier.quarantine(pack, mark: mark)
    #expect(kind { try tier.read(pack, limit: 1_000) } == .notFound)
    #expect(try tier.read(.quarantine(pack, mark: mark), limit: 1_000) == bytes)
  }

  @Test(arguments: TierUnderTest.here)
  func `a listing ascends, goes on where it ended and stays in its part`(_ subject: TierUnderTest) throws {
    let tier = try subject.make(in: temporary)
    let random = SeededRandomSource(seed: 5)
    let packs = (0..<60).map { _ in ObjectKey.pack(UniqueName(high: random.next(), low: random.next())) }.sorted()
    for key in packs.reversed() { #expect(try tier.create(key, [1]) == .created) }
    for revision in (1...12).reversed() { #expect(try tier.create(try head(UInt64(revision)), [1]) == .created) }
    #expect(try tier.create(try head(1, "words/deep"), [1]) == .created)
    #expect(try tier.create(try head(1, "words-b"), [1]) == .created)

    #expect(try tier.list(.packs, after: nil, limit: 1_000) == packs)
    #expect(try tier.list(.packs, after: nil, limit: 0).isEmpty)
    for limit in [1, 7, 60] {
      var seen: [ObjectKey] = []
      while true {
        let some = try tier.list(.packs, after: seen.last, limit: limit)
        #expect(some.count <= limit)
        if some.isEmpty { break }
        seen += some
      }
      #expect(seen == packs)
    }
    let heads = ObjectPrefix.heads(try #require(CollectionName("words")))
    #expect(try tier.list(heads, after: nil, limit: 100).compactMap(\.number) == Array(1...12))
    #expect(try tier.list(heads, after: try head(10), limit: 100).compactMap(\.number) == [11, 12])
    let all = try tier.list(.heads, after: nil, limit: 100)
    #expect(all.count == 14)
    #expect(all == all.sorted())
  }

  @Test(arguments: TierUnderTest.here)
  func `of many who create one object one is told so, and nobody sees a part`(_ subject: TierUnderTest) throws {
    let tier = try subject.make(in: temporary)
    let created = Mutex(0)
    let partial = Mutex(0)
    let keys = (0..<20).map { ObjectKey.pack(UniqueName(high: 3, low: UInt64($0))) }
    let threads = try (0..<4).map { number in
      try PosixThread {
        let object = [UInt8](repeating: UInt8(number), count: 5_000)
        for key in keys {
          if (try? tier.create(key, object)) == .created { created.withLock { $0 += 1 } }
          let seen = (try? tier.read(key, limit: 10_000)) ?? []
          if seen.count != 5_000 || Set(seen).count != 1 { partial.withLock { $0 += 1 } }
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(created.withLock { $0 } == 20)
    #expect(partial.withLock { $0 } == 0)
  }
}
