import FileIO
import Foundation
import Glibc
import Primitives
import SnapshotFormat
import SnapshotStore
import SnapshotSync
import Testing

/// Files are given away here, which only root may; who runs these tests as another one is told.
@Suite(.enabled(if: geteuid() == 0, "only root may give files away"))
struct `a sync with owners` {
  private static let styles: [SyncRequest.Style] = [.exchange, .inPlace, .generations]

  /// A tree of three owners: directories, set-id files, links to what is there and what is not.
  private func fixture() throws -> Fixture {
    let fixture = try Fixture()
    try fixture.shell(
      """
      mkdir -p source/d/e; head -c 200000 /dev/urandom > source/d/big; echo run > source/d/setuid; echo a > source/a
      ln -s ../a source/d/link; ln -s nowhere source/dangling
      chown 1001:101 source/d; chown 1002:102 source/d/big source/d/setuid; chown 1003:0 source/a source/d/e
      chown -h 1001:102 source/d/link; chown -h 1002:103 source/dangling
      chmod 6755 source/d/setuid; chmod 2750 source/d; chmod 500 source/d/e
      """)
    try create(fixture)
    return fixture
  }

  @discardableResult
  private func create(_ fixture: Fixture, records: Bool = true) throws -> CreateResult {
    var request = CreateRequest(collection: fixture.collection, tree: TreeInput(path: fixture.source))
    request.expectation = .any
    request.recordsOwners = records
    return try fixture.store.create(request)
  }

  @discardableResult
  private func sync(_ fixture: Fixture, _ version: UInt64, _ style: SyncRequest.Style) throws -> SyncResult {
    try fixture.sync(version) {
      $0.setsOwners = true
      $0.style = style
    }.result
  }

  /// Owner, group and mode of every entry, by other means than the engine's.
  private func listing(_ directory: String) throws -> [String] {
    let enumerator = FileManager.default.enumerator(atPath: directory)
    var lines: [String] = []
    while let path = enumerator?.nextObject() as? String {
      if path.hasPrefix(".snapctl") { continue }
      var status = stat()
      try #require(unsafe lstat("\(directory)/\(path)", &status) == 0)
      lines.append("\(path) \(status.st_uid):\(status.st_gid) \(String(status.st_mode, radix: 8))")
    }
    return lines.sorted()
  }

  private func tree(_ fixture: Fixture, _ style: SyncRequest.Style) -> String {
    style == .generations ? "\(fixture.copy)/current/." : fixture.copy
  }

  @Test(arguments: styles) func `gives back three owners, set-id bits and all`(style: SyncRequest.Style) throws {
    let fixture = try fixture()
    try sync(fixture, 1, style)
    #expect(try listing(tree(fixture, style)) == listing(fixture.source))
    #expect(try sync(fixture, 1, style).way == .unchanged)
  }

  @Test(arguments: styles) func `corrects only owners where only they differ`(style: SyncRequest.Style) throws {
    let fixture = try fixture()
    try sync(fixture, 1, style)
    try fixture.shell("chown -h 1009:109 source/d/setuid source/d/e source/d/link; chmod 6755 source/d/setuid")
    try create(fixture)
    let result = try sync(fixture, 2, style)
    #expect(result.chunksRead == 0)
    #expect(try listing(tree(fixture, style)) == listing(fixture.source))
    var status = stat()
    #expect(unsafe stat("\(tree(fixture, style))/a", &status) == 0 && status.st_uid == 1_003, "not the link's target")
  }

  @Test(arguments: [SyncRequest.Style.exchange, .inPlace])
  func `corrects owners that were changed in the copy`(style: SyncRequest.Style) throws {
    let fixture = try fixture()
    try sync(fixture, 1, style)
    try fixture.shell("chown 1009:109 copy/a copy/d; chown -h 1009:109 copy/dangling; chown 1005:5 copy")
    try sync(fixture, 1, style)
    #expect(try listing(fixture.copy) == listing(fixture.source))
    var status = stat()
    #expect(unsafe lstat(fixture.copy, &status) == 0 && status.st_uid == 1_005, "the directory itself is no entry")
  }

  @Test func `takes over a copy that was made without them`() throws {
    let fixture = try fixture()
    try fixture.sync(1)
    let (before, source) = (try listing(fixture.copy), try listing(fixture.source))
    #expect(before.allSatisfy { $0.contains(" 0:0 ") } && before != source)
    #expect(try fixture.sync(1).result.way == .unchanged)
    try sync(fixture, 1, .exchange)
    #expect(try listing(fixture.copy) == source)
    #expect(try fixture.sync(1).result.way == .unchanged, "without the option they are left alone")
    #expect(try listing(fixture.copy) == source)
  }

  @Test func `changes no file that somebody else has, too`() throws {
    let fixture = try fixture()
    try sync(fixture, 1, .exchange)
    try fixture.shell("ln copy/a other; chown 1009:109 source/a")
    try create(fixture)
    try sync(fixture, 2, .exchange)
    var status = stat()
    #expect(unsafe lstat("\(fixture.root)/other", &status) == 0 && status.st_uid == 1_003)
    #expect(try listing(fixture.copy) == listing(fixture.source))
  }

  @Test(arguments: styles)
  func `of a version without is refused before anything is touched`(style: SyncRequest.Style) throws {
    let fixture = try fixture()
    try create(fixture, records: false)
    let error = #expect(throws: SyncError.self) { try sync(fixture, 2, style) }
    guard case .ownersNotRecorded("words@2")? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(!FileManager.default.fileExists(atPath: fixture.copy))
    #expect(throws: SyncError.self) {
      try fixture.sync.plan(fixture.request(2) { $0.setsOwners = true }, control: fixture.control)
    }
  }

  @Test(arguments: styles)
  func `by one who may not give files away is refused before an entry is touched`(style: SyncRequest.Style) throws {
    let fixture = try fixture()
    try sync(fixture, 1, style)
    try fixture.shell("chown 1009:109 source/a; echo more >> source/d/big")
    try create(fixture)
    let before = try listing(fixture.copy)
    let root = fixture.root
    let refuse: SystemCallHook.Decision = { call, path in
      call == .changeOwner && path.hasPrefix(root) ? .fail(errno: EPERM) : nil
    }
    let error = #expect(throws: SyncError.self) {
      try SystemCallHook.during(decide: refuse) { try sync(fixture, 2, style) }
    }
    guard case .ownersDenied(Owner(user: 1_009, group: 109), _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(try listing(fixture.copy) == before)
    #expect(try fixture.sync(1) { $0.style = style }.result.localChangesReverted == 0)
    try sync(fixture, 2, style)
    #expect(try listing(tree(fixture, style)) == listing(fixture.source))
  }

  @Test(arguments: [SyncRequest.Style.exchange, .inPlace])
  func `that fails at any call is brought to the end by the next one`(style: SyncRequest.Style) throws {
    let fixture = try fixture()
    try sync(fixture, 1, style)
    let first = try listing(fixture.copy)
    try fixture.shell("chown -h 1009:109 source/a source/d/link source/d/e; echo more >> source/d/big")
    try create(fixture)
    try fixture.shell("cp -a copy pristine")
    let second = try listing(fixture.source)
    var point = 0
    while point < 500 {
      point += 1
      let fault = Fault(at: point, isForEver: false)
      let outcome = SystemCallHook.during(decide: fault.decide) { Result { try sync(fixture, 2, style) } }
      guard fault.wasMet else { break }
      let found = try listing(fixture.copy)
      if style == .exchange { #expect(found == first || found == second, "point \(point)") }
      if case .success = outcome { #expect(found == second, "point \(point)") }
      try sync(fixture, 2, style)
      #expect(try listing(fixture.copy) == second, "point \(point)")
      try fixture.shell("rm -rf copy; cp -a pristine copy")
    }
    #expect(point > 20)
  }
}
