import Catalog
import FileIO
import Foundation
import Glibc
import Primitives
import SnapshotFormat
import SnapshotStore
import SnapshotSync
import Testing

extension Fixture {
  /// Syncs the part that patterns include.
  @discardableResult
  func sync(
    _ version: UInt64, including patterns: [String], _ change: (inout SyncRequest) -> Void = { _ in }
  ) throws -> (result: SyncResult, plan: SyncPlan) {
    let part = SyncRequest.Part.chosen(try PartPatterns.chosen(patterns))
    return try sync(version) {
      $0.part = part
      change(&$0)
    }
  }

  /// What stands in a directory, besides `.snapctl`, in order.
  func paths(_ directory: String? = nil) throws -> [String] {
    let root = URL(fileURLWithPath: directory ?? copy).resolvingSymlinksInPath().path
    return try FileManager.default.subpathsOfDirectory(atPath: root).filter { !$0.hasPrefix(".snapctl") }.sorted()
  }

  var remembered: VersionContent? {
    guard case .copy(let copy)? = try? LocalCopy.load(path: copy) else { return nil }
    return copy.content
  }
}

@Suite struct `a part of a version` {
  private static let styles: [SyncRequest.Style] = [.exchange, .inPlace, .generations]

  private func versions() throws -> Fixture {
    let fixture = try Fixture()
    try fixture.write(seededBytes(200_000, seed: 1), "a/big.npy")
    try fixture.write(seededBytes(90_000, seed: 2), "a/text")
    try fixture.write(seededBytes(1_000_000, seed: 3), "b/deep/other.npy")
    try fixture.write(seededBytes(1_000, seed: 4), "a-b/x")
    try fixture.shell("mkdir source/empty; ln -s a/text source/link; chmod 750 source/b; chmod 444 source/a/text")
    try fixture.create()
    try fixture.write(seededBytes(100_000, seed: 1) + seededBytes(120_000, seed: 5), "a/big.npy")
    try fixture.write([7], "a/new.npy")
    try fixture.write([8], "b/deep/unwanted")
    try fixture.shell("rm source/a-b/x")
    try fixture.create()
    return fixture
  }

  /// Where the files of a copy of whatever style are.
  private func tree(_ fixture: Fixture, _ style: SyncRequest.Style) -> String {
    style == .generations ? "\(fixture.copy)/current" : fixture.copy
  }

  // MARK: What is refused

  @Test(arguments: styles) func `that has nothing in it is refused, and nothing is touched`(
    style: SyncRequest.Style
  ) throws {
    let fixture = try versions()
    for patterns in [["nowhere"], ["A/*"], ["#a"], ["*.npy", "!*.npy", "empty/x"]] {
      let error = #expect(throws: SyncError.self) { try fixture.sync(1, including: patterns) { $0.style = style } }
      guard case .nothingIncluded("words@1", _)? = error else {
        Issue.record("\(patterns): \(String(describing: error))")
        continue
      }
      #expect(!FileManager.default.fileExists(atPath: fixture.copy), "\(patterns)")
    }
    try fixture.sync(1, including: ["a/text"]) { $0.style = style }
    let before = try fixture.paths()
    #expect(throws: SyncError.self) { try fixture.sync(2, including: ["nowhere"]) { $0.style = style } }
    #expect(try fixture.paths() == before)
    #expect(fixture.remembered?.patterns?.patterns == ["a/text"])
  }

  @Test(arguments: [
    [], [""], ["a\nb"], [String](repeating: "a", count: 257), [String(repeating: "a", count: 1_025)],
  ])
  func `by patterns that are none is refused`(patterns: [String]) {
    #expect(throws: PartPatterns.Defect.self) { try PartPatterns.chosen(patterns) }
  }

  @Test func `whose patterns give other entries than when it was made is no copy any more`() throws {
    let fixture = try versions()
    try fixture.sync(1, including: ["a/*"])
    let path = "\(fixture.copy)/.snapctl/state"
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    var state = try CopyState(decoding: bytes.rawSpan)
    state.part = CopyState.Part(contentHash: try #require(state.part).contentHash, patterns: ["a/text"])
    try Data(state.encoded().bytes).write(to: URL(fileURLWithPath: path))
    guard case .unreadable(let reason) = try LocalCopy.load(path: fixture.copy) else {
      Issue.record("it was believed")
      return
    }
    #expect(reason.contains("part"))
    #expect(throws: SyncError.self) { try fixture.sync(1) }
  }

  @Test func `with local changes is left alone when they are to be kept`() throws {
    let fixture = try versions()
    try fixture.sync(1, including: ["a/*"])
    try fixture.shell("mkdir -p copy/b; echo mine > copy/b/mine; echo y > copy/a/text.tmp")
    let error = #expect(throws: SyncError.self) { try fixture.sync(1, including: ["b/**"]) { $0.keepLocal = true } }
    guard case .localChanges(3, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(try fixture.paths().contains("b/mine"))
  }

  // MARK: What it has

  @Test(arguments: styles) func `has what matches and the directories that lead there, and reads nothing else`(
    style: SyncRequest.Style
  ) throws {
    let fixture = try versions()
    let expected: [([String], [String])] = [
      (["*.npy"], ["a", "a/big.npy", "b", "b/deep", "b/deep/other.npy"]),
      (["a/text", "x"], ["a", "a-b", "a-b/x", "a/text"]),
      (["/a"], ["a", "a/big.npy", "a/text"]),
      (["a/"], ["a", "a/big.npy", "a/text"]),
      (["deep/"], ["b", "b/deep", "b/deep/other.npy"]),
      (["empty/"], ["empty"]),
      (["link", "!b"], ["link"]),
      (["a/*", "!*.npy"], ["a", "a/text"]),
      (["*/*", "!text"], ["a", "a-b", "a-b/x", "a/big.npy", "b", "b/deep", "b/deep/other.npy"]),
    ]
    for (patterns, paths) in expected {
      let (result, plan) = try fixture.sync(1, including: patterns) { $0.style = style }
      #expect(try fixture.paths(tree(fixture, style)) == paths, "\(patterns)")
      #expect(result.bytesRead == plan.bytesToRead && plan.patterns?.patterns == patterns && !plan.isPartAsBefore)
      let files = paths.compactMap { fileSize("\(tree(fixture, style))/\($0)") }
      #expect(result.bytesTotal == files.reduce(0, +), "\(patterns)")
      // Frames of 256 KiB may have chunks of others in them.
      let isBig = paths.contains("b/deep/other.npy")
      #expect(isBig || result.bytesRead < 700_000, "\(patterns): \(result.bytesRead)")
      try fixture.shell("rm -rf copy")
    }
  }

  private func fileSize(_ path: String) -> UInt64? {
    var status = stat()
    guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return UInt64(status.st_size)
  }

  @Test(arguments: styles) func `is kept to, moved, and made whole again, and no more is fetched than is new`(
    style: SyncRequest.Style
  ) throws {
    let fixture = try versions()
    try fixture.sync(1, including: ["*.npy"]) { $0.style = style }
    #expect(try fixture.sync(1) { $0.style = style }.result.way == .unchanged)
    // The next version of the same part.
    let kept = try fixture.sync(2) { $0.style = style }
    #expect(kept.plan.isPartAsBefore && kept.result.patterns?.patterns == ["*.npy"])
    let npy = ["a", "a/big.npy", "a/new.npy", "b", "b/deep", "b/deep/other.npy"]
    #expect(try fixture.paths(tree(fixture, style)) == npy)
    #expect(kept.result.bytesRead < 500_000)
    // Another part: `a/big.npy` is there already.
    let moved = try fixture.sync(2, including: ["a/*"]) { $0.style = style }
    #expect(try fixture.paths(tree(fixture, style)) == ["a", "a/big.npy", "a/new.npy", "a/text"])
    #expect(moved.result.chunksRead <= 4 && moved.result.bytesRead < 600_000, "\(moved.result)")
    #expect(moved.result.localChangesReverted == 0)
    // The same entries by other patterns: only what the copy remembers changes.
    let renamed = try fixture.sync(2, including: ["/a/**"]) { $0.style = style }.result
    #expect(renamed.bytesWritten == 0 && renamed.chunksRead == 0)
    #expect(fixture.remembered?.patterns?.patterns == ["/a/**"])
    let whole = try fixture.sync(2, including: ["**"]) { $0.style = style }.result
    #expect(whole.patterns == nil && whole.chunksRead < 40)
    #expect(fixture.remembered?.patterns == nil)
    #expect(try fixture.isCopy(of: 2, tree(fixture, style)))
    #expect(try fixture.sync(1) { $0.style = style }.plan.patterns == nil)
    #expect(try fixture.isCopy(of: 1, tree(fixture, style)))
  }

  @Test(arguments: [SyncRequest.Style.exchange, .inPlace])
  func `that comes to nothing in a later version empties the copy, and comes back`(style: SyncRequest.Style) throws {
    let fixture = try versions()
    try fixture.sync(1, including: ["x"]) { $0.style = style }
    let result = try fixture.sync(2) { $0.style = style }.result
    #expect(try fixture.paths() == [] && result.bytesTotal == 0)
    try fixture.sync(1) { $0.style = style }
    #expect(try fixture.paths() == ["a-b", "a-b/x"])
  }

  @Test(arguments: [SyncRequest.Style.exchange, .inPlace])
  func `puts back what was changed here, and removes what was put where a file was left out`(
    style: SyncRequest.Style
  ) throws {
    let fixture = try versions()
    try fixture.sync(1, including: ["*.npy"]) { $0.style = style }
    // The version's own file, which the part has not; and another in the place of one.
    try fixture.shell("cp source/a/text copy/a/text; mkdir copy/a-b; echo other > copy/a-b/x; echo x >> copy/a/big.npy")
    let result = try fixture.sync(1) { $0.style = style }.result
    #expect(result.localChangesReverted == 4, "\(result.localChanges)")
    #expect(try fixture.paths() == ["a", "a/big.npy", "b", "b/deep", "b/deep/other.npy"])
    // What was put there is not believed to be the version's when that comes to be wanted.
    try fixture.shell("mkdir copy/a-b; head -c 1000 /dev/zero > copy/a-b/x; sleep 0.01; touch copy/a-b/x")
    try fixture.sync(1, including: ["*.npy", "x"]) { $0.style = style }
    try fixture.sync(1, including: ["**"]) { $0.style = style }
    #expect(try fixture.isCopy(of: 1))
  }

  @Test func `reads no pages of chunks of what is left out, and finds them when that comes to be wanted`() throws {
    let fixture = try Fixture()
    try fixture.shell("truncate -s 64M source/zeros; echo small > source/small")
    try fixture.create()
    let part = try fixture.sync(1, including: ["small"]).result
    let whole = try fixture.sync(1, including: ["**"]).result
    #expect(try fixture.isCopy(of: 1))
    #expect(part.requests < whole.requests && whole.bytesRead > 0)
    try fixture.sync(1, including: ["small"])
    #expect(try fixture.paths() == ["small"])
  }

  @Test func `of a directory that is taken over has what matches alone`() throws {
    let fixture = try versions()
    try fixture.shell("cp -a source copy; echo s > copy/stranger")
    try fixture.sync(2, including: ["a/"]) { $0.adopt = true }
    #expect(try fixture.paths() == ["a", "a/big.npy", "a/new.npy", "a/text"])
  }

  @Test func `leaves what the directory's ignore file keeps out of versions`() throws {
    let fixture = try versions()
    try fixture.shell("printf 'cache\\n' > source/.snapignore")
    try fixture.create()
    try fixture.sync(3, including: ["a/"])
    try fixture.shell("mkdir -p copy/b/cache copy/a/cache; echo k > copy/b/cache/k; echo k > copy/a/cache/k")
    #expect(try fixture.sync(3).result.localChangesReverted == 0)
    try fixture.sync(3, including: ["b/**"])
    #expect(try fixture.sync(3).result.localChangesReverted == 0)
    #expect(
      try fixture.paths() == [
        ".snapignore", "a", "a/cache", "a/cache/k", "b", "b/cache", "b/cache/k", "b/deep", "b/deep/other.npy",
        "b/deep/unwanted",
      ])
  }

  @Test func `says so in each of its generations, which differ in name by part`() throws {
    let fixture = try versions()
    try fixture.sync(1, including: ["a/"]) { $0.style = .generations }
    try fixture.sync(1, including: ["*.npy"]) { $0.style = .generations }
    try fixture.sync(1, including: ["**"]) { $0.style = .generations }
    let names = try FileManager.default.contentsOfDirectory(atPath: fixture.copy).filter { $0.hasPrefix("gen-1-") }
    #expect(names.count == 3)
    let parts = try names.map { try PartFile.read(directory: "\(fixture.copy)/\($0)")?.patterns ?? [] }
    #expect(Set(parts) == [["a/"], ["*.npy"], []])
    // One that was there before is turned to, and nothing is written.
    let back = try fixture.sync(1, including: ["a/"]) { $0.style = .generations }.result
    #expect(back.bytesWritten == 0)
    #expect(try fixture.paths("\(fixture.copy)/current") == ["a", "a/big.npy", "a/text"])
  }

  @Test func `is forked as that part`() throws {
    let fixture = try versions()
    try fixture.sync(1, including: ["*.npy"])
    let fork = CopyFork(
      random: SystemRandomSource(), control: fixture.control, lockDeadline: .never, jobs: 1)
    let result = try fork.fork(fixture.copy, to: "\(fixture.root)/work")
    #expect(result.patterns?.patterns == ["*.npy"] && result.localChanges == 0)
    guard case .copy(let copy) = try LocalCopy.load(path: "\(fixture.root)/work") else {
      Issue.record("no copy")
      return
    }
    #expect(copy.content.patterns?.patterns == ["*.npy"])
  }

  @Test(.enabled(if: geteuid() == 0, "only root may give files away"), arguments: styles)
  func `has the owners of its entries, whatever those of others are`(style: SyncRequest.Style) throws {
    let fixture = try versions()
    try fixture.shell("chown 1001:101 source/a/big.npy; chown -R 1002:102 source/b; chown -h 1003:103 source/link")
    var request = CreateRequest(collection: fixture.collection, tree: TreeInput(path: fixture.source))
    request.expectation = .any
    request.recordsOwners = true
    _ = try fixture.store.create(request)
    for patterns in [["*.npy", "link"], ["/b/", "link"]] {
      try fixture.sync(3, including: patterns) {
        $0.style = style
        $0.setsOwners = true
      }
      let listing = "find . -mindepth 1 -path ./.snapctl -prune -o -printf '%p %U:%G\\n' | sort"
      let copy = style == .generations ? "copy/current/" : "copy"
      try fixture.shell(
        "(cd \(copy); \(listing)) | grep -v '^. ' > here; (cd source; \(listing)) > there; test -s here; "
          + "test -z \"$(comm -23 here there)\"; rm here there")
    }
  }
}

// MARK: - Crashes

@Suite struct `a sync that fails on its way to another part` {
  private func versions(_ style: SyncRequest.Style) throws -> Fixture {
    let fixture = try Fixture()
    try fixture.write(seededBytes(90_000, seed: 1), "a/one")
    try fixture.write(seededBytes(80_000, seed: 2), "a/two")
    try fixture.write(seededBytes(100_000, seed: 3), "b/three")
    try fixture.create()
    try fixture.write(seededBytes(90_000, seed: 4), "a/two")
    try fixture.create()
    try fixture.sync(1, including: ["a/*"]) { $0.style = style }
    return fixture
  }

  @Test(arguments: [SyncRequest.Style.exchange, .inPlace, .generations])
  func `at any call is brought to the end by the next one`(style: SyncRequest.Style) throws {
    let fixture = try versions(style)
    let tree = style == .generations ? "copy/current" : "copy"
    try fixture.shell("cp -a copy pristine")
    let wanted = ["two", "three"]
    for point in 1...500 {
      let fault = Fault(at: point, isForEver: true)
      _ = SystemCallHook.during(decide: fault.decide) {
        Result { try fixture.sync(2, including: wanted) { $0.style = style } }
      }
      guard fault.wasMet else {
        #expect(point > 20)
        return
      }
      if style != .inPlace {
        let paths = try fixture.paths("\(fixture.root)/\(tree)")
        #expect(paths == ["a", "a/one", "a/two"] || paths == ["a", "a/two", "b", "b/three"], "point \(point)")
      }
      try fixture.sync(2, including: wanted) { $0.style = style }
      #expect(try fixture.paths("\(fixture.root)/\(tree)") == ["a", "a/two", "b", "b/three"], "point \(point)")
      try fixture.shell("cmp \(tree)/a/two source/a/two; cmp \(tree)/b/three source/b/three")
      #expect(try fixture.sync(2) { $0.style = style }.result.way == .unchanged)
      try fixture.shell("rm -rf copy; cp -a pristine copy")
    }
    Issue.record("it never went through")
  }

  @Test(arguments: [SyncRequest.Style.exchange, .inPlace])
  func `at any call leaves a tree that is whole, or says that it is a part`(style: SyncRequest.Style) throws {
    let fixture = try versions(style)
    try fixture.sync(2, including: ["**"]) { $0.style = style }
    let whole = try fixture.paths()
    try fixture.shell("cp -a copy pristine")
    for point in 1...500 {
      let fault = Fault(at: point, isForEver: true)
      _ = SystemCallHook.during(decide: fault.decide) {
        Result { try fixture.sync(2, including: ["b/*"]) { $0.style = style } }
      }
      let isTold = try fixture.remembered?.patterns != nil || PartFile.read(directory: fixture.copy) != nil
      #expect(try isTold || fixture.paths() == whole, "point \(point)")
      guard fault.wasMet else {
        #expect(try point > 10 && fixture.paths() == ["b", "b/three"])
        #expect(try PartFile.read(directory: fixture.copy) == nil, "its state tells it")
        return
      }
      try fixture.sync(2, including: ["**"]) { $0.style = style }
      #expect(try fixture.paths() == whole && PartFile.read(directory: fixture.copy) == nil)
      try fixture.shell("rm -rf copy; cp -a pristine copy")
    }
    Issue.record("it never went through")
  }
}

@Suite struct `what a sync that was killed has left, of another version or half written` {
  @Test func `never takes the place of a file that stays, or that is patched`() throws {
    let fixture = try Fixture()
    try fixture.write(seededBytes(90_000, seed: 1), "stays")
    try fixture.write(seededBytes(300_000, seed: 2), "patched.npy")
    try fixture.create()
    try fixture.write(seededBytes(200_000, seed: 2) + seededBytes(100_000, seed: 3), "patched.npy")
    try fixture.create()
    try fixture.sync(1)
    try fixture.shell(
      """
      mkdir -p copy/.snapctl/next/.snapctl && touch copy/.snapctl/next/.snapctl/unfinished
      echo torn > copy/.snapctl/next/stays; echo torn > copy/.snapctl/next/patched.npy
      """)
    try fixture.sync(2) { $0.style = .inPlace }
    try fixture.shell("cmp copy/stays source/stays; cmp copy/patched.npy source/patched.npy")
  }
}

@Suite struct `a copy of a part of one collection` {
  @Test func `is brought to all of another one, unless that is asked for in part, too`() throws {
    let fixture = try Fixture()
    try fixture.write([1], "a")
    try fixture.write([2], "b")
    try fixture.create()
    try fixture.sync(1, including: ["a"])
    _ = try fixture.store.create(
      CreateRequest(collection: CollectionName("others")!, tree: TreeInput(path: "\(fixture.root)/source")))
    let other = VersionReference(CollectionName("others")!, .number(1))
    let request = SyncRequest(other.collection, row: try fixture.store.row(other), directory: fixture.copy)
    let deadline = Deadline(seconds: 5, from: fixture.clock)
    _ = try fixture.sync.sync(request, control: fixture.control, lockDeadline: deadline)
    #expect(try fixture.paths() == ["a", "b"])
  }
}
