import CSQLite
import FileIO
import Foundation
import LiveDatabases
import Primitives
import SnapshotStore
import Synchronization
import Testing
import TestFiles

@Suite struct `a live SQLite file` {
  @Test func `that SQLite cannot read is refused by name, and so is one whose writer never lets go`() throws {
    let place = try Place()
    try place.write(Array("SQLite format 3\0".utf8) + [UInt8](repeating: 7, count: 5_000), "broken.db")
    try place.write(Array("journal".utf8) + [UInt8](repeating: 1, count: 600), "broken.db-journal")
    let error = #expect(throws: StoreError.self) { try place.take() }
    guard case .invalid(let reason)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.contains("broken.db"))
  }

  @Test func `held by a writer that never lets go is named, after a bounded time`() throws {
    let place = try Place()
    let database = try Database("\(place.tree)/x.db")
    try database.run("CREATE TABLE t(v); INSERT INTO t VALUES(1)")
    try database.run("BEGIN EXCLUSIVE; INSERT INTO t VALUES(2)")
    let error = #expect(throws: StoreError.self) { try place.take(attempts: 1) }
    guard case .changed(let path, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(path.hasSuffix("x.db"))
    try database.run("COMMIT")
    #expect(try place.take()["x.db"] == place.bytes("x.db"))
  }

  @Test func `with a write-ahead log is taken whole, without the log`() throws {
    let place = try Place()
    let database = try Database("\(place.tree)/x.db")
    try database.run("PRAGMA journal_mode = WAL; CREATE TABLE t(v); PRAGMA wal_autocheckpoint = 0")
    for _ in 0..<50 { try database.run("INSERT INTO t VALUES(randomblob(5000))") }
    try database.run("BEGIN; INSERT INTO t VALUES(1)")
    let before = try place.state()
    let files = try place.take()
    #expect(files.keys.sorted() == ["x.db"])
    #expect(try place.count(files["x.db"]) == 50)
    #expect(try place.state() == before)
  }

  @Test func `whose directory becomes a link before it is captured is never followed out of the tree`() throws {
    let place = try Place()
    let outside = "\(place.root)/outside"
    var open: [Database] = []
    defer { open.removeAll() }
    for path in ["\(place.tree)/d", outside] {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      let database = try Database("\(path)/x.db")
      try database.run("PRAGMA journal_mode = WAL; CREATE TABLE t(v); INSERT INTO t VALUES(1)")
      if path == outside { try database.run("INSERT INTO t VALUES(2); INSERT INTO t VALUES(3)") }
      open.append(database)
    }
    let root = try Directory(path: place.tree)
    let file = try root.open(.local("d/x.db"), for: .read)
    let path = try #require(RelativePath("d/x.db"))
    let files = DatabaseFiles(
      directory: place.tree, temporaryDirectory: "\(place.root)/temporary", random: SystemRandomSource(),
      allowsLiveDirectories: false)
    let database = try #require(try files.database(file, at: path, of: root))
    try FileManager.default.moveItem(atPath: "\(place.tree)/d", toPath: "\(place.tree)/was")
    try FileManager.default.createSymbolicLink(atPath: "\(place.tree)/d", withDestinationPath: outside)
    let error = #expect(throws: StoreError.self) { try database.capture() }
    guard case .changed? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  /// Whoever exchanges a directory for a link all the time gets its own bytes stored, or an error: never the others.
  @Test(.timeLimit(.minutes(1)))
  func `whose directory turns into a link and back is never taken from outside`() throws {
    let place = try Place()
    let outside = "\(place.root)/outside"
    var open: [Database] = []
    defer { open.removeAll() }
    for (path, rows) in [("\(place.tree)/d", 1), (outside, 60)] {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      let database = try Database("\(path)/x.db")
      try database.run("PRAGMA journal_mode = WAL; CREATE TABLE t(v)")
      for row in 0..<rows { try database.run("INSERT INTO t VALUES(\(row))") }
      open.append(database)
    }
    try FileManager.default.createSymbolicLink(atPath: "\(place.root)/link", withDestinationPath: outside)
    let stop = Mutex(false)
    let racer = try PosixThread {
      guard let root = try? Directory(path: place.root) else { return }
      while !stop.withLock({ $0 }) { try? root.exchange(.local("tree/d"), with: .local("link")) }
    }
    var taken = 0
    for _ in 0..<150 {
      guard let files = try? place.take(attempts: 2), let bytes = files["d/x.db"] else { continue }
      taken += 1
      #expect(try place.count(bytes) == 1)
    }
    stop.withLock { $0 = true }
    racer.join()
    #expect(taken > 0)
  }

  @Test func `in the middle of a transaction is taken as it was before it`() throws {
    let place = try Place()
    let database = try Database("\(place.tree)/x.db")
    try database.run("CREATE TABLE t(v); INSERT INTO t VALUES(1)")
    try database.run("BEGIN; INSERT INTO t VALUES(2)")
    let files = try place.take()
    #expect(files.keys.sorted() == ["x.db"])
    #expect(try place.count(files["x.db"]) == 1)
    try database.run("COMMIT")
  }

  @Test(arguments: [true, false])
  func `that a crash left is mended on a copy, never where it lies`(usesLog: Bool) throws {
    let place = try Place()
    let crashed = "\(place.root)/crashed.db"
    let database = try Database(crashed)
    if usesLog { try database.run("PRAGMA journal_mode = WAL") }
    try database.run("CREATE TABLE t(v); PRAGMA cache_size = 5")
    for _ in 0..<20 { try database.run("INSERT INTO t VALUES(randomblob(9000))") }
    // Its cache is small: pages of the open transaction are in the file already.
    try database.run("BEGIN; UPDATE t SET v = randomblob(9000); INSERT INTO t VALUES(randomblob(900000))")
    for suffix in ["", "-journal", "-wal"] {
      guard let bytes = FileManager.default.contents(atPath: crashed + suffix) else { continue }
      try place.write([UInt8](bytes), "x.db\(suffix)")
    }
    let before = try place.state()
    #expect(before.count == 2)
    let files = try place.take()
    #expect(files.keys.sorted() == ["x.db"])
    #expect(try place.count(files["x.db"]) == 20)
    #expect(try place.state() == before)
  }

  @Test func `without a hot journal or log is taken byte for byte, whatever lies beside it`() throws {
    let place = try Place()
    do {
      let database = try Database("\(place.tree)/x.db")
      try database.run("PRAGMA journal_mode = PERSIST; CREATE TABLE t(v); INSERT INTO t VALUES(1)")
      try database.run("INSERT INTO t VALUES(2)")
    }
    try place.write([], "x.db-wal")
    let files = try place.take()
    #expect(files.keys.sorted() == ["x.db", "x.db-journal", "x.db-wal"])
    for (path, bytes) in files { #expect(try bytes == place.bytes(path)) }
  }

  @Test(arguments: ["PERSIST", "WAL"])
  func `that a writer comes to after it was read leaves out what the writer began`(mode: String) throws {
    let place = try Place()
    let path = "\(place.tree)/x.db"
    try Database(path).run("PRAGMA journal_mode = \(mode); CREATE TABLE t(v); INSERT INTO t VALUES(1)")
    if mode == "WAL" { try place.write([], "x.db-wal") }
    let before = try place.bytes("x.db")
    let writer = try Database(path)
    try writer.run("PRAGMA journal_mode = \(mode)")
    let files = try place.take { path in
      guard path == "x.db" else { return }
      #expect(throws: Never.self) { try writer.run("BEGIN; INSERT INTO t VALUES(2)") }
      if mode == "WAL" { #expect(throws: Never.self) { try writer.run("COMMIT") } }
    }
    #expect(files.keys.sorted() == ["x.db"])
    #expect(files["x.db"] == before)
  }

  /// Whoever counts rows of a snapshot finds whole transactions, of ten rows each.
  @Test(arguments: ["DELETE", "WAL"])
  func `that is written all the time is taken between two transactions`(mode: String) throws {
    let place = try Place()
    let path = "\(place.tree)/x.db"
    try Database(path).run("PRAGMA journal_mode = \(mode); CREATE TABLE t(v)")
    let writer = try Writer(path)
    var counts: [Int] = []
    for _ in 0..<10 { counts.append(try place.count(try place.take(attempts: 50)["x.db"])) }
    writer.stop()
    #expect(counts.allSatisfy { $0 % 10 == 0 }, "\(mode): \(counts)")
    #expect(counts == counts.sorted() && (counts.last ?? 0) > 0, "\(mode): \(counts)")
  }
}

/// Writes transactions of ten rows, one after the other, until it is stopped.
final class Writer: Sendable {
  private let stops = Atomic(false)
  private let ended = DispatchSemaphore(value: 0)

  init(_ path: String) throws {
    let database = try Database(path)
    let rows = Array(repeating: "(randomblob(3000))", count: 10).joined(separator: ",")
    try database.run("INSERT INTO t VALUES \(rows)")
    Thread.detachNewThread { [self] in
      guard let own = try? Database(path) else { return }
      while !stops.load(ordering: .relaxed) {
        try? own.run("INSERT INTO t VALUES \(rows)")
        Thread.sleep(forTimeInterval: 0.002)
      }
      ended.signal()
    }
  }

  func stop() {
    stops.store(true, ordering: .relaxed)
    ended.wait()
  }
}
