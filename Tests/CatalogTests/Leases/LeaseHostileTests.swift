import Catalog
import DirectoryCatalog
import ObjectTier
import Primitives
import SnapshotFormat
import Testing

/// Whatever lies under `leases/`, nobody waits for ever, and nothing traps.
@Suite struct LeaseHostileTests {
  private let tier = MemoryTier()
  private let clock = ManualClock()

  private func writer(_ owner: String = "one", _ edit: (inout CommitPolicy) -> Void = { _ in }) throws -> LeaseWriter {
    if try HeadLine(tier, Samples.words).newest() == nil { _ = try Samples.fill(tier, versions: 1, kind: .vectors) }
    return LeaseWriter(DirectoryCatalog(tier), clock, owner: owner, edit)
  }

  private func put(_ token: UInt64, _ bytes: [UInt8]) { tier.overwrite(.lease(Samples.words, token: token), bytes) }

  private func lease(
    _ token: UInt64, state: Lease.State = .held, started: Int64 = 4_102_444_800_000
  ) throws -> [UInt8] {
    try Lease(
      collection: Samples.words, token: token, identifier: Samples.name(token), state: state,
      started: Timestamp(milliseconds: started), millisecondsToLive: 30_000, owner: "elsewhere"
    ).encoded().bytes
  }

  @Test(arguments: [0, 1, 251, 4_097, 2 << 20])
  func `garbage of any size is taken over after a time to live`(count: Int) throws {
    let writer = try writer()
    put(3, [UInt8](repeating: 0x89, count: count))
    let acquired = try writer.acquire()
    #expect(acquired.isTakeover && acquired.lease.token == 4 && acquired.head.fences.leaseToken == 4)
    #expect((10_000...14_000).contains(acquired.waitedMilliseconds))
    #expect(tier.object(.lease(Samples.words, token: 3)) == nil)
  }

  @Test(arguments: [Int64.min, 0, 4_102_444_800_000, .max])
  func `a lease of any date is taken over when it does not beat`(started: Int64) throws {
    let writer = try writer()
    put(1, try lease(1, started: started))
    let acquired = try writer.acquire()
    #expect(acquired.isTakeover && acquired.lease.token == 2)
    #expect((30_000...40_000).contains(acquired.waitedMilliseconds))
  }

  @Test func `a lease whose bytes belong to another token is garbage`() throws {
    let writer = try writer()
    put(5, try lease(6))
    #expect(try writer.acquire().lease.token == 6)
  }

  @Test func `the last of all tokens, and what is far above the head, is nobody's`() throws {
    let writer = try writer()
    put(.max, try lease(.max))
    put(1 << 40, try lease(1 << 40))
    let acquired = try writer.acquire()
    #expect(acquired.lease.token == 1 && !acquired.isTakeover && acquired.waitedMilliseconds < 100)
  }

  @Test func `a released lease at the end of the window moves the head's token`() throws {
    let writer = try writer()
    put(1 << 32, try lease(1 << 32, state: .released))
    let acquired = try writer.acquire()
    #expect(acquired.lease.token == (1 << 32) + 1 && acquired.head.fences.leaseToken == acquired.lease.token)
  }

  @Test func `names that are no tokens are nobody's`() throws {
    let writer = try writer()
    for name in ["1", "0000000000000000000x", "99999999999999999999", "00000000000000000001/2"] {
      tier.overwrite(try #require(ObjectKey(listed: "leases/words/\(name)")), [1])
    }
    #expect(try writer.acquire().lease.token == 1)
  }

  @Test func `thousands of leases that cannot be read are passed in one time to live`() throws {
    let writer = try writer()
    for token in 1...5_000 as ClosedRange<UInt64> { put(token, [1]) }
    let acquired = try writer.acquire()
    #expect(acquired.lease.token == 5_001 && acquired.waitedMilliseconds < 14_000)
  }

  @Test func `a name that is taken without being listed is passed`() throws {
    let writer = try writer()
    let hidden = ObjectKey.lease(Samples.words, token: 1)
    tier.hide(hidden)
    #expect(try writer.acquire().lease.token == 2)
  }

  @Test func `a head whose token is the last one is refused, not trapped on`() throws {
    let writer = try writer()
    try Samples.intrude(tier, [.lease(token: .max)])
    #expect(throws: CatalogError.self) { try writer.acquire() }
    #expect(throws: CatalogError.self) { try writer.leases.breakHold(deadline: .never) }
  }

  @Test func `a collection that is not there has no lease`() throws {
    let writer = LeaseWriter(DirectoryCatalog(MemoryTier()), clock)
    #expect(throws: CatalogError.notFound(.collection(Samples.words))) { try writer.acquire() }
  }
}
