import FileIO
import FileTier
import Glibc
import ObjectTier
import Primitives
import SnapshotFormat
import TestFiles
import Testing

@Suite struct FileObjectTierTests {
  private let temporary: TemporaryDirectory
  private let tier: FileObjectTier
  private let pack = ObjectKey.pack(UniqueName(high: 1, low: 2))

  init() throws {
    temporary = try TemporaryDirectory()
    tier = try FileObjectTier.open(
      temporary.path, options: .init(role: .origin), random: SeededRandomSource(seed: 1))
  }

  private func path(_ key: ObjectKey) throws -> LocalPath { try LocalPath(checking: key.string) }

  @Test func `a root that is missing is not made unless it is asked for`() throws {
    let path = temporary.path + "/a/b"
    let random = SeededRandomSource(seed: 1)
    let error = #expect(throws: TierError.self) {
      try FileObjectTier.open(path, options: .init(role: .cache), random: random)
    }
    #expect(error?.kind == .notFound)
    let made = try FileObjectTier.open(path, options: .init(role: .cache, createIfMissing: true), random: random)
    #expect(try made.create(pack, [1]) == .created)
  }

  @Test func `what dead processes left unfinished goes with the first write, when it is a day old`() throws {
    let root = try temporary.open()
    try root.makeDirectory(.local("tmp"))
    let names = (1...4).map { "tmp/" + UniqueName(high: 7, low: UInt64($0)).hex } + ["tmp/somebody-elses"]
    for name in names { try root.write("half", to: try LocalPath(checking: name)) }
    #expect(try tier.create(pack, [1]) == .created)
    #expect(try root.openDirectory(.local("tmp")).names().count == 5, "a write may be under way")
    let now = SystemClock().now().milliseconds / 1_000
    #expect(tier.removeLeftovers(now: now + FileObjectTier.leftoverAgeSeconds - 60) == 0)
    #expect(tier.removeLeftovers(now: now + FileObjectTier.leftoverAgeSeconds + 60) == 4)
    #expect(try root.openDirectory(.local("tmp")).names() == ["somebody-elses"])
    #expect(try tier.read(pack, limit: 10) == [1])
  }

  @Test(arguments: ["packs/../../outside", "/etc/passwd", "../x", "a//b", "packs/./x"])
  func `no key leads out of the root`(_ text: String) {
    #expect(ObjectKey(listed: text) == nil || LocalPath(text) == nil)
  }

  @Test func `a symbolic link anywhere in the store is neither read nor written through`() throws {
    let outside = try TemporaryDirectory()
    try outside.open().write("secret", to: .local("file"))
    let root = try temporary.open()
    try root.makeSymbolicLink(.local("packs"), target: Array(outside.path.utf8))
    try root.makeDirectory(.local("manifests"))
    let manifest = ObjectKey.manifest(UniqueName(high: 1, low: 1))
    try root.makeSymbolicLink(try path(manifest), target: Array("\(outside.path)/file".utf8))

    for key in [pack, manifest] {
      #expect(throws: TierError.self) { try tier.read(key, limit: 100) }
      #expect(throws: TierError.self) { try tier.read(key, range: 0..<1) }
    }
    #expect(throws: TierError.self) { try tier.byteCount(of: manifest) }
    #expect(throws: TierError.self) { try tier.create(pack, [1]) }
    #expect(throws: TierError.self) { try tier.replace(pack, [1]) }
    #expect(throws: TierError.self) { try tier.remove(pack) }
    #expect(throws: TierError.self) { try tier.list(.packs, after: nil, limit: 10) }
    #expect(try tier.create(manifest, [1]) == .exists)
    #expect(try tier.list(.manifests, after: nil, limit: 10).isEmpty)
    #expect(try outside.open().names() == ["file"])
    #expect(try outside.open().text(of: .local("file")) == "secret")
  }

  @Test func `what is not a file is no object`() throws {
    let root = try temporary.open()
    for part in ["versions", "manifests"] { try root.makeDirectory(try LocalPath(checking: part)) }
    let version = ObjectKey.versions(UniqueName(high: 1, low: 1))
    let manifest = ObjectKey.manifest(UniqueName(high: 1, low: 1))
    unsafe mkfifo("\(temporary.path)/\(version)", 0o600)
    try root.makeDirectory(try path(manifest))
    for key in [version, manifest] {
      #expect(#expect(throws: TierError.self) { try tier.read(key, limit: 1) }?.kind == .denied)
      #expect(throws: TierError.self) { try tier.byteCount(of: key) }
    }
    #expect(try tier.list(.versions, after: nil, limit: 10).isEmpty)
  }

  @Test(arguments: [
    (ENOSPC, TierError.Kind.noSpace(missing: nil)), (EDQUOT, .noSpace(missing: nil)), (EIO, .failed), (EROFS, .denied),
    (ENOTCONN, .stalled),
  ])
  func `a write that fails leaves nothing`(_ code: Int32, _ kind: TierError.Kind) throws {
    for call in [SystemCall.write, .sync] {
      let unfinished = "\(temporary.path)/tmp/"
      let error = SystemCallHook.during(decide: { made, path in
        made == call && path.hasPrefix(unfinished) ? .fail(errno: code) : nil
      }) { #expect(throws: TierError.self) { try tier.create(pack, [1, 2, 3]) } }
      #expect(error?.kind == kind)
      #expect(try tier.byteCount(of: pack) == nil)
      #expect(try temporary.open().openDirectory(.local("tmp")).names().isEmpty)
    }
    #expect(try tier.create(pack, [1, 2, 3]) == .created)
  }

  @Test(arguments: [EPERM, EIO])
  func `a link without a clear answer leaves the outcome open`(_ code: Int32) throws {
    let error = SystemCallHook.during(decide: { call, _ in call == .link ? .fail(errno: code) : nil }) {
      #expect(throws: TierError.self) { try tier.create(pack, [1]) }
    }
    #expect(error?.kind == .outcomeUnknown)
    #expect(error?.key == pack)
    let found = try SystemCallHook.during(decide: { call, _ in call == .link ? .loseAnswer(errno: code) : nil }) {
      try tier.create(pack, [1])
    }
    #expect(found == .created)
  }

  @Test(arguments: [(EIO, false), (ENOSPC, true)])
  func `an object whose directory cannot be synced is there, and not to be relied upon`(
    _ code: Int32, _ isFull: Bool
  ) throws {
    _ = try tier.create(.manifest(UniqueName(high: 1, low: 1)), [1])
    let manifests = "\(temporary.path)/manifests"
    let error = SystemCallHook.during(decide: { call, path in
      call == .sync && path == manifests ? .fail(errno: code) : nil
    }) { #expect(throws: TierError.self) { try tier.create(.manifest(UniqueName(high: 1, low: 2)), [1]) } }
    #expect(error?.kind == .unsynced(isFull: isFull))
  }

  @Test func `what a dead process left unfinished is never read`() throws {
    let root = try temporary.open()
    try root.makeDirectory(.local("tmp"))
    try root.write("half", to: .local("tmp/left"))
    #expect(try tier.create(pack, [1]) == .created)
    for prefix in [ObjectPrefix.packs, .heads, .manifests, .versions] {
      #expect(try tier.list(prefix, after: nil, limit: 10).allSatisfy { $0 == pack })
    }
  }

  @Test func `objects are read-only, and lie where the format says`() throws {
    #expect(try tier.create(pack, [1, 2]) == .created)
    let status = try temporary.open().status(of: try path(pack))
    #expect(status.mode == .immutable)
    #expect(status.linkCount == 1)
    #expect(status.byteCount == 2)
  }

  @Test func `a full tier syncs the file and its directory, one without durability nothing`() throws {
    let cache = try FileObjectTier.open(
      temporary.path + "/cache", options: .init(role: .cache, createIfMissing: true, durability: .none),
      random: SeededRandomSource(seed: 1))
    #expect(try syncs { try cache.create(pack, [1]) } == 0)
    #expect(try syncs { try cache.remove(pack) } == 0)
    _ = try tier.create(.manifest(UniqueName(high: 1, low: 1)), [1])
    #expect(try syncs { try tier.create(.manifest(UniqueName(high: 1, low: 2)), [1]) } == 2)
    #expect(try syncs { try tier.remove(.manifest(UniqueName(high: 1, low: 2))) } == 1)
  }

  private func syncs(_ body: () throws -> some Any) throws -> Int {
    let log = CallCount()
    _ = try SystemCallHook.during(decide: { call, _ in
      if call == .sync { log.add() }
      return nil
    }) { try body() }
    return log.count
  }

  @Test func `an error names the tier, the object, the call and the reason`() throws {
    let error = #expect(throws: TierError.self) { try tier.read(pack, limit: 1) }
    #expect(error?.description == "\(temporary.path)/\(pack): open: No such file or directory")
  }

  @Test func `a crowded directory is listed in pieces`() throws {
    let root = try temporary.open()
    try root.makeDirectory(.local("manifests"))
    let keys = (0..<3_000).map { ObjectKey.manifest(UniqueName(high: 1, low: UInt64($0))) }.sorted()
    for key in keys { try root.open(try path(key), for: .newFile(.file)).close() }
    #expect(try tier.list(.manifests, after: nil, limit: 10_000) == keys)
    #expect(try tier.list(.manifests, after: keys[2_000], limit: 10) == Array(keys[2_001...2_010]))
  }
}
