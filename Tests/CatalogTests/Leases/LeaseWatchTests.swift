import Catalog
import Primitives
import SnapshotFormat
import Testing

/// The decision alone: values in, a verdict out.
@Suite struct LeaseWatchTests {
  private let head = Head.before(Samples.words, kind: .vectors)

  private func lease(_ token: UInt64 = 1, beat: UInt64 = 0, mark: UInt64 = 1, years: Int64 = 0) -> Lease {
    Lease(
      collection: Samples.words, token: token, identifier: Samples.name(mark),
      started: Timestamp(milliseconds: 1_700_000_000_000 + years * 31_536_000_000), millisecondsToLive: 10_000,
      beat: beat, owner: "other")
  }

  private func sighting(_ holders: LeaseSighting.Holder...) -> LeaseSighting {
    LeaseSighting(head: head, listed: holders.map(\.token), holders: holders, last: nil)
  }

  private let second: UInt64 = 1_000_000_000

  @Test func `what cannot be read is stale after the looker's own time to live, whatever it changes to`() {
    var watch = LeaseWatch(ownMillisecondsToLive: 2_000)
    #expect(watch.verdict(sighting(.unreadable(token: 1, reason: "a")), at: 0) == .wait)
    #expect(watch.verdict(sighting(.unreadable(token: 1, reason: "b")), at: second) == .wait)
    #expect(watch.verdict(sighting(.unreadable(token: 1, reason: "c")), at: 2 * second) == .takeOver)
  }

  @Test(arguments: [-50, 0, 50]) func `times in a lease decide nothing`(years: Int64) {
    var watch = LeaseWatch(ownMillisecondsToLive: 1_000)
    let held = sighting(.lease(lease(years: years)))
    #expect(watch.verdict(held, at: 5 * second) == .wait)
    #expect(watch.verdict(held, at: 15 * second - 1) == .wait)
    #expect(watch.verdict(held, at: 15 * second) == .takeOver)
  }

  @Test func `a beat begins the time to live anew`() {
    var watch = LeaseWatch(ownMillisecondsToLive: 1_000)
    #expect(watch.verdict(sighting(.lease(lease())), at: 0) == .wait)
    #expect(watch.verdict(sighting(.lease(lease(beat: 1))), at: 11 * second) == .wait)
    #expect(watch.verdict(sighting(.lease(lease(beat: 1))), at: 20 * second) == .wait)
    #expect(watch.verdict(sighting(.lease(lease(beat: 1))), at: 21 * second) == .takeOver)
  }

  @Test func `another lease of the same token and beat is another holder`() {
    var watch = LeaseWatch(ownMillisecondsToLive: 1_000)
    #expect(watch.verdict(sighting(.lease(lease(mark: 1))), at: 0) == .wait)
    #expect(watch.verdict(sighting(.lease(lease(mark: 2))), at: 10 * second) == .wait)
  }

  @Test func `one of several that is alive keeps everybody waiting`() {
    var watch = LeaseWatch(ownMillisecondsToLive: 1_000)
    let dead = LeaseSighting.Holder.lease(lease(1, mark: 1))
    #expect(watch.verdict(sighting(.lease(lease(2, beat: 0)), dead), at: 0) == .wait)
    #expect(watch.verdict(sighting(.lease(lease(2, beat: 9)), dead), at: 11 * second) == .wait)
    #expect(watch.verdict(sighting(.lease(lease(2, beat: 9)), dead), at: 21 * second) == .takeOver)
  }

  @Test func `nothing that counts is acquired at once`() {
    var watch = LeaseWatch(ownMillisecondsToLive: 1_000)
    #expect(watch.verdict(sighting(), at: 0) == .acquire)
  }

  @Test func `the next token is above all that were seen, and there is none after the last`() throws {
    let sighting = LeaseSighting(head: head, listed: [3, 9], holders: [], last: nil)
    #expect(try sighting.nextToken() == 10)
    #expect(try sighting.nextToken(above: 12) == 13)
    #expect(throws: CatalogError.self) { try sighting.nextToken(above: .max) }
  }
}
