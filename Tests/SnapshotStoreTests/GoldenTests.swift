import Catalog
import DirectoryCatalog
import FileTier
import Foundation
import ObjectTier
import Primitives
import SnapshotFormat
import SnapshotStore
import Testing

@Suite struct `the golden stores of version 1` {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("formats/golden/v1").path
  private static let names = ["store", "owners", "pieces", "heads", "leases", "records", "schema", "runs"]

  private static let contentHashes = [
    "store": plain, "owners": owned, "pieces": pieces, "heads": heads, "leases": leased,
    "records": records, "schema": clocked,
    "runs": ["sums@1": "3bcaee138995ef409a4cd6df7cec475fd8703a678510be11f9173da94d7ecf2b"],
  ]

  private static let plain = [
    "tree/first@1": "6ec60891e6ebb79f024702cdc2f2d7f2063da182ab1ab3803e7b8f44f9963db5",
    "tree/first@2": "efe3987b7903746f273282e17fb5954623a8c32f30d4ac3612be2ae1fc7c6834",
    "tree/first@3": "d2f3c2cf68ea11d572526119166e84fa1a0d1aa93cfe03112c51c3cee463d86f",
    "words@1": "82b03ab1fbf30c576409ce2ab78e438dbf304f0347392bd29382f8832217daf3",
    "words@2": "79d4f7b95550a207f6b5cb6980deaaedb8b82e43ee7dfe83c2b89e955a4dfc47",
  ]

  private static let pieces = [
    "tree/pieces@1": "b750d019028b757a37c69d459afa6e5d169fe1ea5cb341615caf87f342454c27",
    "tree/pieces@2": "c00b71182aa96aa74d89c285a626c76cb3ef52125a7f5f2ecfdc47f86c3d59c8",
  ]

  private static let heads = [
    "tree/heads@1": "266ae93bdfef8e5ac018c3c7dddc1a892c5496a6f7a21753ef456244019a792b",
    "tree/heads@2": "7a9865170d7ff41a32bffa2cc7db84b936730f69907214687e5a6971b792439c",
  ]

  private static let leased = [
    "words@1": "fa0ef90443f5f2db9145ed1c5f5425b9faeb09fc8262df15b2ad0f91c49ce898",
    "lines@1": "a68c55da27192caffbce263afd3918f3e796149310175baa77d80f5397763c01",
  ]

  private static let clocked = [
    "clocked@1": "b44bd6c59a99f7d27d77c4714531c4e22a3b36c9ccd6fac1e320f31c7fffd974",
    "clocked@2": "48f41d18bddce0b21cda58e1cb69c6b85827cc010c153fcee316f54e450f04af",
  ]

  private static let records = [
    "typed@1": "f54dc68d156c869aafa1ab4f265a40e472303ff12ffcf5900b03c953128c9cc1",
    "typed@2": "9dac04588909a30443585f582277568ded02ed4200566e91c7ec8a88d44be8f2",
    "plain@1": "928612525933222a23a74f2e12eedd95b511cb52f3bdff9ba9360ad4b7980046",
  ]

  /// Three versions of one content: with owners, with others, without.
  private static let owned = Dictionary(
    uniqueKeysWithValues: (1...3).map {
      ("tree/owned@\($0)", "b5d1495d442fd8e93751bb7a0cc6877f3791790a4173755c7fc97e8f9f70d307")
    })

  private static let owners: [[Owner]?] = [
    [Owner(user: 1_000, group: 100), Owner(user: 1_000, group: 100), .root, Owner(user: 1_001, group: 4_294_967_294)],
    [Owner(user: 1_000, group: 100), Owner(user: 70_000, group: 100), .root, .root],
    nil,
  ]

  private func store(_ path: String) throws -> (SnapshotStore, FileObjectTier) {
    let clock = SystemClock()
    let tier = try FileObjectTier.open(path, options: .init(role: .origin), random: SystemRandomSource())
    let settings = CommitSettings(clock: clock, wallClock: clock, random: SystemRandomSource())
    let store = SnapshotStore(
      identity: try StoreObject.read(from: tier), tier: tier, catalog: DirectoryCatalog(tier), limits: StoreLimits(),
      settings: settings)
    return (store, tier)
  }

  private func findings(_ path: String) throws -> [VerifyFinding] {
    let (store, tier) = try store(path)
    let findings = Findings()
    _ = try Verifier(store, tier: tier, level: .full) { findings.all.append($0) }.run(.store)
    return findings.all
  }

  @Test(arguments: names) func `are read by today's code, with the content they had`(name: String) throws {
    let (store, _) = try store("\(Self.folder)/\(name)")
    for (version, contentHash) in try #require(Self.contentHashes[name]) {
      let reference = try #require(VersionReference(version))
      #expect(try store.row(reference).contentHash.hex == contentHash, "\(version)")
    }
    #expect(try findings("\(Self.folder)/\(name)").isEmpty)
  }

  @Test func `have the owners they had`() throws {
    let (store, _) = try store("\(Self.folder)/owners")
    for (index, expected) in Self.owners.enumerated() {
      let reference = try #require(VersionReference("tree/owned@\(index + 1)"))
      var stream = try OwnerStream(try store.manifest(try store.row(reference)))
      var owners: [Owner] = []
      while let owner = try stream?.next() { owners.append(owner) }
      try stream?.finish()
      #expect((stream == nil ? nil : owners) == expected)
    }
  }

  @Test func `have the schema and the clock that were told`() throws {
    let (store, _) = try store("\(Self.folder)/schema")
    let told = try store.head(of: try #require(CollectionName("told")))
    #expect(told.schema == VectorSchema(dimension: 3) && told.revision == 1 && told.newestVersion == 0)
    let row = try store.row(try #require(VersionReference("clocked@2")))
    #expect(try store.manifest(row).root.vectors?.greatestClock == HybridClock(117_690_797_452_754_944))
    #expect(try store.head(of: try #require(CollectionName("clocked"))).schema == VectorSchema(dimension: 2))
  }

  @Test func `have the leases they had`() throws {
    let (store, _) = try store("\(Self.folder)/leases")
    func look(_ name: String) throws -> LeaseSighting {
      try Leases(store.catalog, try #require(CollectionName(name)), settings: store.settings).look()
    }
    let (words, lines) = (try look("words"), try look("lines"))
    #expect(words.headToken == 3 && words.listed == [1, 2, 4] && words.holders.map(\.token) == [4])
    #expect(words.last?.totals.acquired == 3 && words.last?.millisecondsToLive == 10_000)
    #expect(lines.headToken == 2 && lines.listed == [1] && lines.holders.isEmpty)
    #expect(lines.last?.state == .released && lines.last?.totals.heldMilliseconds == 62)
  }

  @Test(arguments: names) func `are rejected when one bit of any object is flipped`(name: String) throws {
    let copy = try TemporaryDirectory()
    let root = "\(copy.path)/store"
    try FileManager.default.copyItem(atPath: "\(Self.folder)/\(name)", toPath: root)
    let random = SeededRandomSource(seed: 21)
    for object in try FileManager.default.subpathsOfDirectory(atPath: root) where object != "store" {
      let path = "\(root)/\(object)"
      guard let sound = FileManager.default.contents(atPath: path), !sound.isEmpty else { continue }
      var damaged = sound
      let bit = Int(random.next() % UInt64(sound.count * 8))
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      try damaged.write(to: URL(fileURLWithPath: path))
      #expect(try findings(root).contains { $0.damage.object == object }, "bit \(bit) of \(object)")
      try sound.write(to: URL(fileURLWithPath: path))
    }
  }
}
