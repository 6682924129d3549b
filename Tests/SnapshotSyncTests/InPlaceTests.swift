import Foundation
import Primitives
import SnapshotFormat
import SnapshotSync
import Testing

@Suite struct `a file patched in place` {
  private static let header = Array("SQLite format 3\0".utf8)

  /// Versions 1 and 2 of a file, and a copy of the first.
  private func copied(_ before: [UInt8], _ after: [UInt8]) throws -> Fixture {
    let fixture = try Fixture()
    try fixture.write(Self.header + before, "db")
    try fixture.create()
    try fixture.write(Self.header + after, "db")
    try fixture.create()
    try fixture.sync(1) { $0.style = .inPlace }
    return fixture
  }

  @Test func `is as wanted although bytes of it were altered here before`() throws {
    let before = seededBytes(700_000, seed: 1)
    var after = before
    for place in stride(from: 1_000, to: 700_000, by: 30_000) { after[place] ^= 1 }
    let fixture = try copied(before, after)
    // One in a page that the patch changes, one in a page that it leaves alone.
    for offset in [31_016, 45_000] {
      try fixture.shell("printf X | dd of=copy/db bs=1 seek=\(offset) conv=notrunc status=none")
    }
    let result = try fixture.sync(2) { $0.style = .inPlace }.result
    #expect(result.localChangesReverted == 1)
    #expect(try fixture.isCopy(of: 2))
  }

  @Test func `gets the runs that differ, and no byte between them`() throws {
    let before = seededBytes(700_000, seed: 2)
    var after = before
    let places = Array(stride(from: 5_000, to: 700_000, by: 50_000))
    for place in places { after[place] ^= 1 }
    let fixture = try copied(before, after)
    let result = try fixture.sync(2) { $0.style = .inPlace }.result
    #expect(result.bytesWritten <= UInt64(places.count * 8))
    #expect(try fixture.isCopy(of: 2))
  }

  @Test(arguments: [650_000, 700_001, 900_000])
  func `gets the length of the version, shorter or longer`(byteCount: Int) throws {
    let before = seededBytes(700_000, seed: 3)
    var after = Array((before + seededBytes(200_000, seed: 4)).prefix(byteCount))
    after[600_000] ^= 1
    let fixture = try copied(before, after)
    try fixture.sync(2) { $0.style = .inPlace }
    #expect(try fixture.isCopy(of: 2))
  }

  @Test func `is the same, whether the plan was kept or made again window by window`() throws {
    let fixture = try Fixture()
    // Three steps each: more than a plan keeps.
    let count = 3_000
    var bytes = seededBytes(count * 300, seed: 5)
    for index in 0..<count { try fixture.write(Array(bytes[(index * 300)..<(index * 300 + 300)]), "d/\(index)") }
    try fixture.create()
    for index in bytes.indices where index % 7 == 0 { bytes[index] ^= 1 }
    for index in 0..<count { try fixture.write(Array(bytes[(index * 300)..<(index * 300 + 300)]), "d/\(index)") }
    try fixture.create()
    try fixture.sync(1) { $0.style = .inPlace }
    #expect(try fixture.isCopy(of: 1))
    try fixture.sync(2) { $0.style = .inPlace }
    #expect(try fixture.isCopy(of: 2))
  }
}
