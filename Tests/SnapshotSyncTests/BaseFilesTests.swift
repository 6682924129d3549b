import FileIO
import Foundation
import Primitives
import SnapshotFormat
import SnapshotStore
import SnapshotSync
import Synchronization
import Testing

/// Version 2 is made of a directory of which a second one has the files of version 1.
@Suite struct `a version whose base lies in a directory` {
  private static let header = Array("SQLite format 3\0".utf8)
  private static let before = seededBytes(2_000_000, seed: 1)

  /// Version 1, a copy of it, and a source in which one byte of each chunk is another.
  private func fixture() throws -> Fixture {
    let fixture = try Fixture(jobs: 2)
    try fixture.write(Self.header + Self.before, "db")
    try fixture.create()
    try fixture.sync(1)
    var after = Self.before
    for place in stride(from: 100, to: after.count, by: 65_536) { after[place] ^= 1 }
    try fixture.write(Self.header + after, "db")
    return fixture
  }

  /// - Returns: how many bytes were read from the store.
  private func create(_ fixture: Fixture, _ files: (any BaseFiles)?) throws -> UInt64 {
    let tier = CountingTier(fixture.store.tier)
    let store = SnapshotStore(
      identity: fixture.store.identity, tier: tier, catalog: fixture.store.catalog, limits: fixture.store.limits,
      settings: fixture.store.settings)
    var request = CreateRequest(collection: fixture.collection, tree: TreeInput(path: fixture.source))
    request.baseFiles = files
    let result = try store.create(request)
    #expect(result.row.version == 2)
    #expect(result.statistics.chunksPatched > 20)
    return tier.counts.bytes
  }

  private func restores(_ fixture: Fixture) throws -> Bool {
    try fixture.shell("rm -rf copy")
    try fixture.sync(2)
    return try fixture.isCopy(of: 2)
      && FileManager.default.contentsEqual(
        atPath: "\(fixture.source)/db", andPath: "\(fixture.copy)/db")
  }

  /// Gives bytes that no version has, and counts how often it is asked.
  private final class Liar: BaseFiles {
    let count = Mutex(0)

    func read(_ path: RelativePath, at offset: UInt64, count: Int) -> [UInt8]? {
      self.count.withLock { $0 += 1 }
      return [UInt8](repeating: 7, count: count)
    }
  }

  @Test func `is right although that directory was altered, and what is altered comes from the store`() throws {
    let fixture = try fixture()
    try fixture.flipByte(70_000, of: "copy/db")
    let files = LocalTree(try Directory(path: fixture.copy))
    #expect(try (60_000..<500_000).contains(create(fixture, files)))
    #expect(try restores(fixture))
  }

  @Test func `is right although that directory has nothing of it, and it is not asked for ever`() throws {
    let fixture = try Fixture(jobs: 2)
    let bytes = seededBytes(40_000_000, seed: 2)
    try fixture.write(Self.header + bytes, "db")
    try fixture.create()
    var after = bytes
    for place in stride(from: 100, to: after.count, by: 65_536) { after[place] ^= 1 }
    try fixture.write(Self.header + after, "db")
    let liar = Liar()
    #expect(try create(fixture, liar) > 40_000_000)
    #expect(liar.count.withLock { $0 } <= 256 + 2 * Digest.batchCount)
    #expect(try restores(fixture))
  }

  @Test func `is the same as without, and reads no chunk of the base from the store`() throws {
    let (with, without) = (try fixture(), try fixture())
    let files = LocalTree(try Directory(path: with.copy))
    #expect(try create(with, files) < 60_000)
    #expect(try create(without, nil) > 2_000_000)
    let (left, right) = (try with.row(2), try without.row(2))
    #expect(left.contentHash == right.contentHash)
    #expect(try restores(with))
  }
}
