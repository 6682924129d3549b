import FileIO
import Foundation
import Glibc
import Primitives
import SnapshotFormat
import SnapshotStore
import SnapshotSync
import Testing

@Suite struct `a fork` {
  private func fixture() throws -> Fixture {
    let fixture = try Fixture()
    try fixture.write(seededBytes(150_000, seed: 1), "d/a")
    try fixture.write([1], "e")
    try fixture.shell("ln -s e source/link; mkdir source/closed; echo x > source/closed/f; chmod 444 source/e")
    try fixture.create()
    try fixture.sync(1)
    return fixture
  }

  private func fork(_ fixture: Fixture, to name: String = "work") throws -> ForkResult {
    let fork = CopyFork(
      random: SystemRandomSource(), control: fixture.control, lockDeadline: Deadline(seconds: 1, from: fixture.clock),
      jobs: 1)
    return try fork.fork(fixture.copy, to: "\(fixture.root)/\(name)")
  }

  @Test func `is like the copy, shares no file with it, and is a copy itself`() throws {
    let fixture = try fixture()
    let result = try fork(fixture)
    #expect(result.version == 1 && result.files == 3 && result.localChanges == 0)
    #expect(result.bytesTotal == 150_003 && result.bytesShared + result.bytesCopied == 150_003)
    #expect(try fixture.isCopy(of: 1, "\(fixture.root)/work"))
    try fixture.shell("test -z \"$(find work -type f -links +1)\"; test -z \"$(find . -name '*snapctl-fork')\"")
    // What the fork remembers is believed: nothing is read, nothing hashed.
    let again = try fixture.sync.sync(
      SyncRequest(fixture.collection, row: try fixture.row(1), directory: "\(fixture.root)/work"),
      control: fixture.control, lockDeadline: Deadline(seconds: 1, from: fixture.clock))
    #expect(again.way == .unchanged)
  }

  @Test func `leaves out what no copy can hold, and names it`() throws {
    let fixture = try fixture()
    try fixture.shell("mkfifo copy/d/pipe")
    let result = try fork(fixture)
    #expect(result.omissions.skipped.map { "\($0.path)" } == ["d/pipe"] && result.omissions.skippedCount == 1)
    try fixture.shell("cmp copy/d/a work/d/a; ! test -e work/d/pipe")
  }

  @Test func `remembers where the copy stood that it was made of`() throws {
    let fixture = try fixture()
    _ = try fork(fixture)
    guard case .copy(let work) = try LocalCopy.load(path: "\(fixture.root)/work") else {
      Issue.record("it is no copy")
      return
    }
    let resolved = try #require(work.state.origin)
    #expect(resolved.hasPrefix("/"))
    try fixture.shell("test '\(resolved)' -ef copy")
  }

  @Test func `of an altered copy is altered, and does not take that for its version`() throws {
    let fixture = try fixture()
    try fixture.shell("printf X | dd of=copy/d/a bs=1 seek=70000 conv=notrunc 2> /dev/null; echo more > copy/more")
    #expect(try fork(fixture).localChanges == 2)
    try fixture.shell("cmp copy/d/a work/d/a; cmp copy/more work/more")
    let back = try fixture.sync.sync(
      SyncRequest(fixture.collection, row: try fixture.row(1), directory: "\(fixture.root)/work"),
      control: fixture.control, lockDeadline: Deadline(seconds: 1, from: fixture.clock))
    #expect(back.localChangesReverted == 2)
    #expect(try fixture.isCopy(of: 1, "\(fixture.root)/work"))
  }

  @Test func `of generations is the current one, as a plain tree`() throws {
    let fixture = try fixture()
    try fixture.shell("rm -rf copy")
    try fixture.sync(1) { $0.style = .generations }
    _ = try fork(fixture)
    #expect(try fixture.isCopy(of: 1, "\(fixture.root)/work"))
    try fixture.shell("! test -e work/current; ! test -e work/.snapctl/COMPLETE")
  }

  @Test(arguments: [false, true])
  func `that fails at any call leaves nothing to be seen, and the next one succeeds`(isForEver: Bool) throws {
    let fixture = try fixture()
    // A disk that fails for ever is looked at from every third call on.
    let step = isForEver ? 3 : 1
    var point = 1 - step
    while true {
      point += step
      let fault = Fault(at: point, isForEver: isForEver)
      let outcome = SystemCallHook.during(decide: fault.decide) { Result { try fork(fixture) } }
      guard fault.wasMet else { break }
      if case .failure = outcome, FileManager.default.fileExists(atPath: "\(fixture.root)/work") {
        // Only the call that makes its name durable may have failed.
        #expect(try fixture.isCopy(of: 1, "\(fixture.root)/work"), "point \(point)")
        try fixture.shell("rm -rf work")
      }
      if case .failure = outcome { _ = try fork(fixture) }
      #expect(try fixture.isCopy(of: 1, "\(fixture.root)/work"), "point \(point)")
      #expect(try fixture.isCopy(of: 1), "point \(point)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.root).count == 4, "point \(point)")
      try fixture.shell("rm -rf work")
      guard point < 500 else { break }
    }
    #expect(point > 20 && point < 500)
  }

  @Test func `refuses to go where something is, and into the copy itself`() throws {
    let fixture = try fixture()
    try fixture.shell("mkdir full empty; echo x > full/x")
    #expect(throws: SyncError.self) { try fork(fixture, to: "full") }
    #expect(throws: SyncError.self) { try fork(fixture, to: "copy/inside") }
    try fixture.shell("test ! -e copy/inside; ! ls -A copy | grep fork")
    _ = try fork(fixture, to: "empty")
    #expect(try fixture.isCopy(of: 1, "\(fixture.root)/empty"))
  }
}
