import Catalog
import DirectoryCatalog
import ObjectTier
import Primitives
import SnapshotFormat
import Testing

/// What a catalog that is bounded to one call remembers of the heads it read.
@Suite struct HeadsOfOneCallTests {
  private let tier = MemoryTier()
  private let metered: MeteredTier
  private let catalog: any Catalog

  init() throws {
    metered = MeteredTier(tier)
    catalog = DirectoryCatalog(metered)
    _ = try Samples.fill(tier, versions: 5)
  }

  @Test func `a head that was read is not read again: only the number after it is looked for`() throws {
    let call = catalog.bounded(by: .never)
    let first = try call.existingHead(of: Samples.words)
    let before = metered.counters.requests
    #expect(try call.existingHead(of: Samples.words, hint: 3) == first)
    #expect(metered.counters.requests - before == 1)
  }

  @Test func `what others add is found, whether a hint tells of it or not`() throws {
    let call = catalog.bounded(by: .never)
    _ = try call.existingHead(of: Samples.words)
    for mark in UInt64(50)..<55 {
      let added = try Samples.intrude(tier, [.create(Samples.newVersion(mark))], mark)
      #expect(try call.existingHead(of: Samples.words, hint: mark % 2 == 0 ? 0 : added.revision) == added)
    }
  }

  @Test func `the next call reads for itself, and begins where the one before was`() throws {
    let head = try catalog.bounded(by: .never).existingHead(of: Samples.words)
    let before = metered.counters.requests
    #expect(try catalog.bounded(by: .never).existingHead(of: Samples.words) == head)
    #expect(metered.counters.requests - before == 3)
    tier.overwrite(head.key, [1])
    #expect(throws: CatalogError.self) { try catalog.bounded(by: .never).existingHead(of: Samples.words) }
    #expect(throws: CatalogError.self) { try catalog.existingHead(of: Samples.words) }
  }

  @Test func `a collection that is not there is looked for each time`() throws {
    let call = catalog.bounded(by: .never)
    let name = CollectionName("others")!
    for _ in 0..<2 {
      let before = metered.counters.requests
      #expect(try call.newestHead(of: name) == nil)
      #expect(metered.counters.requests > before)
    }
  }
}
