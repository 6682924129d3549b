import Catalog
import ObjectTier
import Primitives
import SnapshotFormat
import Testing

@Suite struct HeadLineTests {
  private let tier = MemoryTier()
  private var line: HeadLine { HeadLine(tier, Samples.words) }

  @Test(arguments: ["flipped", "cut", "empty", "another revision's", "too large"])
  func `a highest revision that does not verify is damage, and no lower one is taken`(how: String) throws {
    let head = try Samples.fill(tier, versions: 3)
    var bytes = try #require(tier.object(head.key))
    switch how {
    case "flipped": bytes[bytes.count / 2] ^= 1
    case "cut": bytes.removeLast(9)
    case "empty": bytes = []
    case "too large": bytes = [UInt8](repeating: 0, count: (1 << 20) + 1)
    default: bytes = try #require(tier.object(.head(Samples.words, revision: head.revision - 1)))
    }
    tier.overwrite(head.key, bytes)
    let error = #expect(throws: CatalogError.self) { try line.newest() }
    guard case .damaged(head.key, _) = error else {
      Issue.record("\(how): \(String(describing: error))")
      return
    }
  }

  @Test func `bytes that came to harm on their way are read again, and are damage the second time`() throws {
    let head = try Samples.fill(tier, versions: 3)
    tier.harmReads(1)
    #expect(try line.newest() == head)
    tier.harmReads(1)
    #expect(try line.head(at: 2)?.revision == 2)
    tier.harmReads(2)
    #expect(throws: CatalogError.self) { try line.newest() }
    #expect(try line.newest() == head)
  }

  @Test func `to see that nothing came after a head costs one request`() throws {
    let head = try Samples.fill(tier, versions: 9)
    let metered = MeteredTier(tier)
    let line = HeadLine(metered, Samples.words)
    #expect(try line.newer(than: head) == nil)
    #expect(metered.counters.requests == 1)
    let older = try #require(try line.head(at: 2))
    #expect(try line.newer(than: older) == head)
  }

  @Test func `a line that is not there is not found, and one that cannot be read is the tier's failure`() throws {
    #expect(try line.newest() == nil)
    #expect(throws: CatalogError.notFound(.collection(Samples.words))) { try line.existing() }
    _ = try Samples.fill(tier, versions: 1)
    tier.failReads(1)
    let error = #expect(throws: CatalogError.self) { try line.newest() }
    guard case .tier = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `versions and tags that are not there are named`() throws {
    let begun = try Samples.fill(tier, versions: 0)
    let tag = TagName("stable")!
    #expect(throws: CatalogError.notFound(.anyVersion(Samples.words))) { try line.row(.newest, in: begun) }
    #expect(throws: CatalogError.notFound(.version(Samples.words, 12))) { try line.row(.number(12), in: begun) }
    #expect(throws: CatalogError.notFound(.tag(Samples.words, tag))) { try line.row(.tag(tag), in: begun) }
  }

  @Test func `a version is found by number, tag and as the newest`() throws {
    _ = try Samples.fill(tier, versions: 3)
    let tag = TagName("stable")!
    let head = try Samples.intrude(tier, [.tag(tag, version: 2)])
    #expect(try line.row(.newest, in: head).version == 3)
    #expect(try line.row(.number(1), in: head).version == 1)
    #expect(try line.row(.tag(tag), in: head).version == 2)
  }

  @Test func `a version that moved out of the head is read from its object, and its damage is named`() throws {
    var head = try Samples.fill(tier, versions: 128)
    let (shortened, bytes) = try head.applying([.create(Samples.newVersion(129))], mark: Samples.mark(3)).spilled(
      to: Samples.name(50))
    head = shortened
    let key = ObjectKey.versions(Samples.name(50))
    let missing = #expect(throws: CatalogError.self) { try line.row(.number(5), in: head) }
    guard case .damaged(key, _) = missing else {
      Issue.record("\(String(describing: missing))")
      return
    }
    _ = try tier.create(key, bytes)
    #expect(try line.row(.number(5), in: head).version == 5)
    #expect(try line.rows(of: head).map(\.version) == Array(1...129))
    var damaged = bytes
    damaged[200] ^= 1
    tier.overwrite(key, damaged)
    #expect(throws: CatalogError.self) { try line.row(.number(5), in: head) }
    #expect(try line.row(.number(100), in: head).version == 100)
  }

  @Test(arguments: [
    "", "@", "@3", "words@", "words@0", "words@+3", "words@3x", "Words", "words@3@4", "words@-1", "@store",
  ])
  func `text that names no version is refused`(text: String) {
    #expect(VersionReference(text) == nil)
  }

  @Test func `a name means the newest, a number a version, a word a tag`() throws {
    #expect(VersionReference("words") == VersionReference(Samples.words, .newest))
    #expect(VersionReference("words@latest") == VersionReference(Samples.words, .newest))
    #expect(VersionReference("words@12") == VersionReference(Samples.words, .number(12)))
    #expect(VersionReference("words@stable") == VersionReference(Samples.words, .tag(try #require(TagName("stable")))))
    #expect(VersionReference("models/ocr@v1")?.collection.string == "models/ocr")
  }
}
