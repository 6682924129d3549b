import FileIO
import Foundation
import Glibc
import Primitives
import SnapshotStore
import SnapshotSync
import Synchronization
import Testing

/// What a directory's ignore files keep out of versions is nowhere else: a sync must not lose it.
@Suite struct `what an ignore file keeps out of versions` {
  private func fixture() throws -> Fixture {
    let fixture = try Fixture()
    try fixture.write(seededBytes(150_000, seed: 1), "d/a")
    try fixture.write(Array("*.log\ncache/\n".utf8), ".snapignore")
    try fixture.create()
    try fixture.write(seededBytes(150_000, seed: 2), "d/a")
    try fixture.create()
    try fixture.sync(1)
    try fixture.shell(
      """
      cd copy; echo kept > x.log; echo kept > d/y.log; mkdir -p -m 750 cache/deep; echo kept > cache/deep/z
      ln -s nowhere cache/link; mkfifo cache/pipe; echo gone > stranger
      """)
    return fixture
  }

  private let whole = """
    for file in x.log d/y.log cache/deep/z; do test "$(cat copy/$file)" = kept; done
    test -L copy/cache/link -a -p copy/cache/pipe -a "$(stat -c %a copy/cache/deep)" = 750
    """

  @Test(arguments: [SyncRequest.Style.exchange, .inPlace])
  func `stays through a sync, and is no local change`(style: SyncRequest.Style) throws {
    let fixture = try fixture()
    let (result, _) = try fixture.sync(2) { $0.style = style }
    #expect(result.localChangesReverted == 1 && result.localChanges.map { "\($0.path)" } == ["stranger"])
    try fixture.shell("\(whole); ! test -e copy/stranger; cmp copy/d/a source/d/a")
    #expect(try fixture.isCopy(of: 2))
    let again = try fixture.sync(2) {
      $0.style = style
      $0.keepLocal = true
    }
    #expect(again.result.way == .unchanged)
    try fixture.shell("\(whole)")
  }

  @Test func `is still the file that its writer has open`() throws {
    let fixture = try fixture()
    let log = try #require(FileHandle(forWritingAtPath: "\(fixture.copy)/x.log"))
    try fixture.sync(2)
    try log.seekToEnd()
    try log.write(contentsOf: Data("more\n".utf8))
    try fixture.shell("test \"$(tail -n 1 copy/x.log)\" = more")
  }

  @Test func `gives way to what the version has in its place`() throws {
    let fixture = try fixture()
    try fixture.shell("cd source; rm .snapignore; echo wanted > x.log; mkdir d/y.log; echo wanted > cache")
    try fixture.create()
    for style in [SyncRequest.Style.exchange, .inPlace] {
      try fixture.shell("rm -rf copy.before; cp -a copy copy.before")
      try fixture.sync(3) { $0.style = style }
      #expect(try fixture.isCopy(of: 3))
      try fixture.shell("cmp source/x.log copy/x.log; cmp source/cache copy/cache; test -d copy/d/y.log")
      try fixture.shell("rm -rf copy; mv copy.before copy")
    }
  }

  @Test(arguments: [SyncRequest.Style.exchange, .inPlace])
  func `stays in a directory that the version has, too`(style: SyncRequest.Style) throws {
    let fixture = try fixture()
    try fixture.shell("rm source/.snapignore; mkdir source/cache; echo read > source/cache/README")
    try fixture.create()
    try fixture.sync(3) { $0.style = style }
    try fixture.shell("\(whole); cmp source/cache/README copy/cache/README")
  }

  /// Whoever writes it does not stop while a sync works.
  @Test(arguments: [SyncRequest.Style.exchange, .inPlace])
  func `stays also when it is written in the middle of a sync`(style: SyncRequest.Style) throws {
    let fixture = try fixture()
    try fixture.shell("cp -a copy pristine")
    var point = 1
    while true {
      let left = Mutex(point)
      let late = "\(fixture.copy)/late.log"
      _ = try SystemCallHook.during { call, _ in
        guard call.isMutating || call == .open else { return nil }
        let isDue = left.withLock { left in
          left -= 1
          return left == 0
        }
        if isDue { _ = FileManager.default.createFile(atPath: late, contents: Data("late".utf8)) }
        return nil
      } _: {
        try fixture.sync(2) { $0.style = style }
      }
      guard left.withLock({ $0 <= 0 }) else { break }
      try fixture.shell("\(whole); test \"$(cat copy/late.log)\" = late; rm -rf copy; cp -a pristine copy")
      point += 11
      guard point < 1_000 else { break }
    }
    #expect(point > 20 && point < 1_000)
  }

  @Test func `keeps its directory when the version has none of that name`() throws {
    let fixture = try fixture()
    try fixture.shell("rm -r source/d")
    try fixture.create()
    for style in [SyncRequest.Style.exchange, .inPlace] {
      try fixture.shell("rm -rf copy.before; cp -a copy copy.before")
      try fixture.sync(3) { $0.style = style }
      #expect(try fixture.sync(3) { $0.style = style }.result.way == .unchanged)
      try fixture.shell("\(whole); ! test -e copy/d/a; rm -rf copy; mv copy.before copy")
    }
  }

  /// Whatever call fails, and whatever is left then: nothing of it is lost, and a second sync finishes.
  @Test func `is there after a failure at any call`() throws {
    let fixture = try fixture()
    try fixture.shell("cp -a copy pristine")
    var point = 1
    while true {
      let fault = Fault(at: point, isForEver: false)
      _ = SystemCallHook.during(decide: fault.decide) { Result { try fixture.sync(2) } }
      guard fault.wasMet else { break }
      try fixture.shell(whole)
      try fixture.sync(2)
      #expect(try fixture.isCopy(of: 2), "point \(point)")
      try fixture.shell("\(whole); rm -rf copy; cp -a pristine copy")
      point += 1
      guard point < 1_000 else { break }
    }
    #expect(point > 20 && point < 1_000)
  }

  /// To the call that links it, a file that vanished looks like this.
  @Test(arguments: ["z", "link", "pipe"]) func `stays when a file beside it vanishes`(name: String) throws {
    let fixture = try fixture()
    let met = Mutex(0)
    _ = try SystemCallHook.during { call, path in
      guard call == .link, path.hasSuffix("/\(name)") else { return nil }
      met.withLock { $0 += 1 }
      return .fail(errno: ENOENT)
    } _: {
      try fixture.sync(2)
    }
    #expect(met.withLock { $0 } == 2, "before the exchange, and after it")
    let others = ["deep/z", "link", "pipe"].filter { !$0.hasSuffix(name) }
    for other in others { try fixture.shell("test -L copy/cache/\(other) -o -e copy/cache/\(other)") }
  }

  @Test func `is no difference between the directory and its version`() throws {
    let fixture = try fixture()
    let comparison = try DirectoryComparison(directory: fixture.copy, jobs: 1, control: fixture.control)
    var found: [String] = []
    let count = try comparison.compare(with: .whole(fixture.manifest(1))) { found.append("\($0.path)") }
    #expect(count == 1 && found == ["stranger"])
  }
}
