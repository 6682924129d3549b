import Primitives
import Testing

@testable import SnapshotFormat

@Suite struct LeaseTests {
  private static func lease(
    token: UInt64 = 7, state: Lease.State = .held, millisecondsToLive: UInt32 = 10_000, owner: String = "host:17"
  ) -> Lease {
    Lease(
      collection: HeadSamples.collection, token: token, identifier: HeadSamples.name(4), state: state,
      started: Timestamp(milliseconds: 1_700_000_000_000), millisecondsToLive: millisecondsToLive, owner: owner,
      totals: LeaseTotals().adding(waitedMilliseconds: 20, isTakeover: true))
  }

  private func decode(_ bytes: [UInt8], token: UInt64 = 7) throws(FormatError) -> Lease {
    try Lease(decoding: bytes.rawSpan, collection: HeadSamples.collection, token: token)
  }

  @Test func `a lease with any one bit flipped, or cut anywhere, is refused`() throws {
    let bytes = try Self.lease().encoded().bytes
    for bit in 0..<(bytes.count * 8) {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: FormatError.self, "bit \(bit)") { try decode(damaged) }
    }
    for count in 0..<bytes.count {
      #expect(throws: FormatError.self, "\(count) bytes") { try decode(Array(bytes.prefix(count))) }
    }
  }

  @Test func `a lease under another token does not verify`() throws {
    let bytes = try Self.lease().encoded().bytes
    #expect(throws: FormatError.self) { try decode(bytes, token: 8) }
  }

  @Test(arguments: [
    lease(token: 0), lease(millisecondsToLive: 99), lease(millisecondsToLive: 30_001),
    lease(owner: String(repeating: "o", count: 1_025)), lease(owner: "a\0b"),
  ])
  func `a lease beyond its limits is not written`(lease: Lease) {
    #expect(throws: FormatError.self) { try lease.encoded() }
  }

  @Test func `a lease is read as it was written, with the longest owner too`() throws {
    for lease in [Self.lease(), Self.lease(state: .released), Self.lease(owner: String(repeating: "o", count: 1_024))] {
      #expect(try decode(lease.encoded().bytes) == lease)
    }
  }

  @Test func `a beat changes the beat and its time alone, the release the state and what was held too`() throws {
    let (lease, later) = (Self.lease(), Timestamp(milliseconds: 1_700_000_000_500))
    let next = lease.beating(at: later)
    #expect(next.beat == 1 && next.beaten == later && next.state == .held && next.totals == lease.totals)
    #expect(next.identifier == lease.identifier && next.started == lease.started)
    let released = next.released(at: later, heldMilliseconds: 500)
    #expect(released.beat == 2 && released.state == .released && released.totals.heldMilliseconds == 500)
    #expect(released.totals.acquired == 1 && released.totals.takenOver == 1)
    #expect(released.totals.waitedMilliseconds == 20)
  }
}
