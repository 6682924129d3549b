import FileIO
import Foundation
import Primitives
import SnapshotFormat
import SnapshotStore
import SnapshotSync
import Testing

/// A tree that grows, shrinks and changes kinds from step to step.
enum ChangingTree {
  static let scripts = [
    """
    mkdir -p a/b empty; head -c 300000 /dev/zero > a/zeros; : > a/none; echo one > a/b/c; echo x > a-b
    ln -s a/b/c link; mkdir d; echo f > d/f; echo m > mode; chmod 600 mode; mkdir -m 700 narrow; echo n > narrow/n
    seq 1 60000 > numbers; seq 1 30000 > moved; echo r > readonly; chmod 444 readonly
    """,
    """
    rm -r d; echo now-a-file > d; rm a-b; mkdir a-b; echo inner > a-b/x; rm link; ln -s a/zeros link
    chmod 644 mode; chmod 755 narrow; seq 5 60005 > numbers; mv moved narrow/moved; echo two > a/b/c
    rmdir empty; mkdir other; : > other/none; chmod 644 readonly; echo rr >> readonly; chmod 444 readonly
    """,
    """
    rm d; mkdir d; echo f > d/f; rm -r a-b; ln -s d a-b; rm link; echo plain > link; rm -r other; rm a/none
    cp numbers copied; truncate -s 100000 a/zeros; chmod 2755 d; chmod 555 narrow
    """,
    "chmod 755 narrow; rm -r -- * ; mkdir only",
  ]

  static func make(_ step: Int, in fixture: Fixture) throws {
    try fixture.shell("cd source && \(scripts[step])")
  }
}

@Suite struct `sync` {
  @Test(arguments: [SyncRequest.Style.exchange, .inPlace])
  func `makes whatever becomes of a tree`(style: SyncRequest.Style) throws {
    let fixture = try Fixture()
    for step in ChangingTree.scripts.indices {
      try ChangingTree.make(step, in: fixture)
      try fixture.create()
    }
    let last = UInt64(ChangingTree.scripts.count)
    for version in Array(1...last) + [2, 1, 3, last, 1] {
      let (result, plan) = try fixture.sync(version) { $0.style = style }
      #expect(try fixture.isCopy(of: version), "version \(version)")
      #expect(result.bytesRead == plan.bytesToRead)
      #expect(result.localChangesReverted == 0, "\(result.localChanges)")
      #expect(try fixture.sync(version) { $0.style = style }.result.way == .unchanged)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.root).sorted() == ["copy", "source", "store"])
  }

  @Test func `replaces the directory at once, with changed files as new inodes and unchanged ones as they were`() throws
  {
    let fixture = try Fixture()
    try fixture.write(seededBytes(100_000, seed: 1), "same")
    try fixture.write(seededBytes(100_000, seed: 2), "changed")
    try fixture.create()
    try fixture.write(seededBytes(100_000, seed: 3), "changed")
    try fixture.create()
    try fixture.sync(1)
    let before = (same: try fixture.inode("same"), changed: try fixture.inode("changed"))
    let result = try fixture.sync(2).result
    #expect(result.way == .exchanged)
    #expect(result.bytesWritten == 100_000)
    #expect(try fixture.inode("same") == before.same)
    #expect(try fixture.inode("changed") != before.changed)
  }

  @Test(arguments: [SyncRequest.Style.exchange, .inPlace])
  func `puts local changes back, and counts them`(style: SyncRequest.Style) throws {
    let fixture = try Fixture()
    try fixture.write(seededBytes(300_000, seed: 1), "a")
    try fixture.write([2], "b")
    try fixture.create()
    try fixture.sync(1)
    try fixture.shell(
      "printf X | dd of=copy/a bs=1 seek=70000 conv=notrunc 2>/dev/null; rm copy/b; mkdir copy/b; echo more > copy/c")
    let (result, plan) = try fixture.sync(1) { $0.style = style }
    #expect(result.localChangesReverted == 3, "\(result.localChanges)")
    #expect(result.bytesRead == plan.bytesToRead)
    #expect(try fixture.isCopy(of: 1))
  }

  @Test func `notices a change that keeps size and modification time`() throws {
    let fixture = try Fixture()
    try fixture.write(seededBytes(1_000, seed: 1), "a")
    try fixture.create()
    try fixture.sync(1)
    try fixture.shell("touch -r copy/a t; printf XYZ | dd of=copy/a bs=1 seek=5 conv=notrunc 2>/dev/null")
    try fixture.shell("touch -r t copy/a; rm t")
    #expect(try fixture.sync(1).result.localChangesReverted == 1)
    #expect(try fixture.isCopy(of: 1))
  }

  @Test(arguments: [SyncRequest.Style.exchange, .inPlace, .generations])
  func `repairs altered bytes with only the chunk they are in`(style: SyncRequest.Style) throws {
    let fixture = try Fixture()
    try fixture.write(seededBytes(4 << 20, seed: 7), "a")
    try fixture.create()
    try fixture.sync(1) { $0.style = style }
    let file = style == .generations ? "copy/current/a" : "copy/a"
    try fixture.shell(
      """
      touch -r \(file) stamp; printf XY | dd of=\(file) bs=1 seek=2000000 conv=notrunc 2> /dev/null
      touch -r stamp \(file)
      """
    )
    let result = try fixture.sync(1) { $0.style = style }.result
    #expect(result.localChangesReverted == 1 && result.chunksRead == 1)
    #expect(result.bytesRead < 600_000, "\(result.bytesRead)")
    try fixture.shell("cmp source/a \(file)")
  }

  @Test func `reads nothing for a file that was only touched`() throws {
    let fixture = try Fixture()
    try fixture.write(seededBytes(300_000, seed: 1), "a")
    try fixture.create()
    try fixture.sync(1)
    try fixture.shell("touch -d 2001-01-01 copy/a")
    let result = try fixture.sync(1).result
    #expect(result.way == .unchanged)
    #expect(result.bytesRead == 0)
  }

  @Test func `takes over a directory, and reads only what is missing there`() throws {
    let fixture = try Fixture()
    for index in 0..<8 { try fixture.write(seededBytes(200_000, seed: UInt64(index)), "d/\(index)") }
    try fixture.create()
    try fixture.shell("cp -a source copy; rm copy/d/3; echo extra > copy/extra")
    let result = try fixture.sync(1) { $0.adopt = true }.result
    #expect(try fixture.isCopy(of: 1))
    // Of 1.6 MB: one file, by whole frames.
    #expect(result.bytesRead < 600_000)
    #expect(result.localChangesReverted == 2)
  }

  @Test func `reads no bytes of files that were renamed`() throws {
    let fixture = try Fixture()
    try fixture.write(seededBytes(500_000, seed: 1), "old")
    try fixture.create()
    try fixture.shell("mkdir source/x; mv source/old source/x/new")
    let created = try fixture.create()
    for style in [SyncRequest.Style.exchange, .inPlace] {
      try fixture.shell("rm -rf copy")
      try fixture.sync(1) { $0.style = style }
      let result = try fixture.sync(2) { $0.style = style }.result
      #expect(result.bytesRead <= created.statistics.bytesStored)
      #expect(result.chunksRead == 0)
      #expect(try fixture.isCopy(of: 2))
    }
  }

  @Test func `patches in place only the pages that differ, and keeps the file`() throws {
    let fixture = try Fixture()
    var bytes = seededBytes(1 << 20, seed: 1)
    try fixture.write(Array("SQLite format 3\0".utf8) + bytes, "db")
    try fixture.create()
    bytes[500_000] ^= 1
    try fixture.write(Array("SQLite format 3\0".utf8) + bytes + [1, 2, 3], "db")
    try fixture.create()
    try fixture.sync(1) { $0.style = .inPlace }
    let inode = try fixture.inode("db")
    let result = try fixture.sync(2) { $0.style = .inPlace }.result
    #expect(result.way == .inPlace)
    #expect(try fixture.inode("db") == inode)
    #expect(result.bytesWritten <= 2 * 4_096)
    #expect(try fixture.isCopy(of: 2))
  }

  @Test func `says of every written file why its bytes moved`() throws {
    let fixture = try Fixture()
    var bytes = Array("SQLite format 3\0".utf8) + seededBytes(400_000, seed: 1)
    try fixture.write(bytes, "db")
    try fixture.create()
    bytes[300_000] ^= 1
    try fixture.write(bytes, "db")
    try fixture.write(seededBytes(10_000, seed: 2), "new")
    try fixture.create()
    try fixture.sync(1)
    var explained: [FileExplanation] = []
    let plan = try fixture.sync.plan(try fixture.request(2), control: fixture.control) { explained.append($0) }
    #expect(plan.files == 2)
    #expect(explained.map { "\($0.path)" } == ["db", "new"])
    #expect(explained.first?.patched.chunks == 1)
    #expect(explained.first?.kept.chunks == 6)
    #expect(explained.last?.new.bytes == 10_000)
    #expect(try fixture.isCopy(of: 1), "a plan writes nothing")
  }

  @Test func `takes a directory that a version was made of as its copy`() throws {
    let fixture = try Fixture()
    try ChangingTree.make(0, in: fixture)
    try fixture.create()
    let directory = try Directory(path: fixture.source)
    try fixture.sync.remember(
      try fixture.manifest(1), in: fixture.source, control: fixture.control, lockDeadline: .never
    ) { path in (try? directory.statusIfPresent(of: path)) ?? nil }
    guard case .copy(let copy) = try LocalCopy.load(path: fixture.source) else {
      Issue.record("it is no copy")
      return
    }
    #expect(copy.state.version.number == 1)
    var request = SyncRequest(fixture.collection, row: try fixture.row(1), directory: fixture.source)
    #expect(try fixture.sync.plan(request, control: fixture.control).isEmpty)
    try ChangingTree.make(1, in: fixture)
    request.keepLocal = true
    #expect(throws: SyncError.self) { try fixture.sync.plan(request, control: fixture.control) }
  }

  @Test func `keeps generations, and turns the link to the newest`() throws {
    let fixture = try Fixture()
    for step in 0..<3 {
      try ChangingTree.make(step, in: fixture)
      try fixture.create()
    }
    var names: [String] = []
    for version in 1...3 as ClosedRange<UInt64> {
      let result = try fixture.sync(version) { $0.style = .generations }.result
      guard case .generation(let name) = result.way else {
        Issue.record("\(result.way)")
        return
      }
      names.append(name)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(fixture.copy)/current") == name)
      #expect(try fixture.isCopy(of: version, "\(fixture.copy)/\(name)"))
    }
    #expect(try fixture.isCopy(of: 1, "\(fixture.copy)/\(names[0])"), "earlier generations stay")
    #expect(throws: SyncError.self) { try fixture.sync(1) }
  }
}
