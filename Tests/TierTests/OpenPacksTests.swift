import FileIO
import FileTier
import ObjectTier
import Primitives
import SnapshotFormat
import Synchronization
import TestFiles
import Testing

@Suite struct OpenPacksTests {
  private let temporary: TemporaryDirectory
  private let pack = ObjectKey.pack(UniqueName(high: 1, low: 2))

  init() throws {
    temporary = try TemporaryDirectory()
  }

  private func tier(keepsPacksOpenSeconds seconds: Double) throws -> FileObjectTier {
    var options = FileObjectTier.Options(role: .origin)
    options.keepsPacksOpenSeconds = seconds
    return try FileObjectTier.open(temporary.path, options: options, random: SeededRandomSource(seed: 1))
  }

  /// Reads of an object, then again when another process has taken its name away: what is still open is still read.
  private func readsOn(_ key: ObjectKey, _ tier: FileObjectTier) throws -> Bool {
    _ = try tier.create(key, [1, 2, 3, 4])
    #expect(try tier.read(key, range: 0..<2) == [1, 2])
    try self.tier(keepsPacksOpenSeconds: 0).remove(key)
    guard let bytes = try? tier.read(key, range: 2..<4) else { return false }
    #expect(bytes == [3, 4])
    return true
  }

  @Test(arguments: [(60.0, true), (0, false)])
  func `ranges of one pack are read from one open file, where that is asked for`(
    _ seconds: Double, _ isKept: Bool
  ) throws {
    #expect(try readsOn(pack, tier(keepsPacksOpenSeconds: seconds)) == isKept)
  }

  @Test func `what is no pack is opened each time`() throws {
    let manifest = ObjectKey.manifest(UniqueName(high: 1, low: 2))
    #expect(try !readsOn(manifest, tier(keepsPacksOpenSeconds: 60)))
  }

  @Test func `a pack that has been open for too long is opened again`() throws {
    #expect(try !readsOn(pack, tier(keepsPacksOpenSeconds: 1e-9)))
  }

  @Test func `a pack that was set aside or removed is not read any more, and the one in its place is`() throws {
    let tier = try tier(keepsPacksOpenSeconds: 60)
    _ = try tier.create(pack, [1, 2])
    _ = try tier.read(pack, range: 0..<2)
    try tier.quarantine(pack, mark: UniqueName(high: 3, low: 3))
    #expect(throws: TierError.self) { try tier.read(pack, range: 0..<2) }
    _ = try tier.create(pack, [3, 4])
    #expect(try tier.read(pack, range: 0..<2) == [3, 4])
    try tier.remove(pack)
    #expect(throws: TierError.self) { try tier.read(pack, range: 0..<2) }
  }

  @Test func `where an open pack is too short or fails, what another process put in its place is read`() throws {
    let (tier, other) = (try tier(keepsPacksOpenSeconds: 60), try tier(keepsPacksOpenSeconds: 0))
    _ = try tier.create(pack, [1, 2])
    _ = try tier.read(pack, range: 0..<2)
    try other.remove(pack)
    _ = try other.create(pack, [1, 2, 3, 4])
    #expect(try tier.read(pack, range: 2..<4) == [3, 4])
    // Of the file that is open, as of one that has gone on a mount.
    let failures = Mutex(1)
    let bytes = try SystemCallHook.during(decide: { call, _ in
      guard call == .read, failures.withLock({ $0 > 0 }) else { return nil }
      failures.withLock { $0 -= 1 }
      return .fail(errno: 116)
    }) { try tier.read(pack, range: 0..<1) }
    #expect(bytes == [1])
  }
}
