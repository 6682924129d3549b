import Foundation
import Primitives
import SnapshotFormat
import SnapshotStore
import SnapshotSync
import Testing

/// Content that moves within its file, and changes everywhere a little at the same time.
@Suite struct ShiftTests {
  private static let byteCount = 2 << 20

  /// A file; and the same with something new in front, and a few bytes of every 8 KiB altered: no chunk stays as it is.
  private func shifted(by byteCount: Int, seed: UInt64) -> (before: [UInt8], after: [UInt8]) {
    let before = seededBytes(Self.byteCount, seed: seed)
    var after = before
    for place in stride(from: 1_000, to: after.count, by: 8_192) { after[place] ^= 0x55 }
    return (before, seededBytes(byteCount, seed: seed + 1) + after)
  }

  @Test(arguments: [337, 700_001], [SyncRequest.Style.exchange, .inPlace])
  func `is patched from where it stood`(byteCount: Int, style: SyncRequest.Style) throws {
    let seed: UInt64 = 0x5117_F7ED
    let fixture = try Fixture(jobs: 2)
    let (before, after) = shifted(by: byteCount, seed: seed)
    try fixture.write(before, "dump")
    try fixture.create()
    try fixture.sync(1) { $0.style = style }
    try fixture.write(after, "dump")
    let created = try fixture.create()
    let stored = created.statistics.bytesStored
    #expect(stored < UInt64(byteCount + Self.byteCount / 4), "\(stored) bytes stored, seed \(seed)")
    let result = try fixture.sync(2) { $0.style = style }.result
    #expect(try fixture.isCopy(of: 2))
    #expect(result.bytesRead <= stored, "\(result.bytesRead) of \(stored) bytes read, seed \(seed)")
  }

  @Test func `gives the same version whatever the number of workers`() throws {
    let (before, after) = shifted(by: 4_321, seed: 9)
    let hashes = try [1, 2].map { jobs in
      let fixture = try Fixture(jobs: jobs)
      try fixture.write(before, "dump")
      try fixture.create()
      try fixture.write(after, "dump")
      let created = try fixture.create()
      return "\(created.row.contentHash) \(created.statistics.chunksPatched) \(created.statistics.bytesChanged)"
    }
    #expect(hashes[0] == hashes[1])
  }

  @Test func `is stored in full where nothing of it was there before`() throws {
    let fixture = try Fixture(jobs: 2)
    try fixture.write(seededBytes(Self.byteCount, seed: 1), "dump")
    try fixture.create()
    try fixture.write(seededBytes(Self.byteCount, seed: 2), "dump")
    let created = try fixture.create()
    #expect(created.statistics.chunksPatched == 0)
    try fixture.sync(2)
    #expect(try fixture.isCopy(of: 2))
  }
}
