import Catalog
import FileIO
import Foundation
import ObjectTier
import Primitives
import SnapshotFormat
import Testing

@testable import RocksDBCatalog

/// The database beside the head line may be lost, damaged, stale or in use.
@Suite struct RocksDBCatalogTests {
  private let tier = MemoryTier()
  private let directory = TemporaryDirectory()
  private var home: String { directory.path + "/catalog" }

  private func publish(_ mark: UInt64, deadline: Deadline = .never) throws -> CreateOutcome {
    let head = try HeadLine(tier, Samples.words).existing()
    let next = try head.applying([.create(Samples.newVersion(mark))], mark: Samples.mark(mark))
    let catalog = Backend.rocksdb.catalog(tier, in: directory)
    return try catalog.publish(HeadPublication(next, bytes: next.encoded().bytes), deadline: deadline)
  }

  @Test func `whoever waits too long for the turn is told so, and nothing is sent`() throws {
    _ = try Samples.fill(tier, versions: 1)
    #expect(try publish(1) == .created)
    let sent = tier.creates.count
    let turns = try Directory(path: home)
    let turn = try FileLock.attempt(LocalPath.local("turn"), in: turns, .exclusive)
    let error = #expect(throws: CatalogError.self) {
      try publish(2, deadline: Deadline(seconds: 0.1, from: SystemClock()))
    }
    guard case .locked = error else { throw error ?? .timedOut("no error") }
    #expect(tier.creates.count == sent)
    withExtendedLifetime(turn) {}
  }

  @Test func `a database that another has open is waited for, not thrown away`() throws {
    _ = try Samples.fill(tier, versions: 1)
    #expect(try publish(1) == .created)
    let other = try RocksDatabase(path: home + "/db")
    let error = #expect(throws: CatalogError.self) {
      try publish(2, deadline: Deadline(seconds: 0.2, from: SystemClock()))
    }
    guard case .locked = error else { throw error ?? .timedOut("no error") }
    withExtendedLifetime(other) {}
  }

  @Test func `a catalog directory that is gone costs nothing`() throws {
    _ = try Samples.fill(tier, versions: 1)
    for mark in 1...4 as ClosedRange<UInt64> {
      #expect(try publish(mark) == .created)
      try FileManager.default.removeItem(atPath: mark.isMultiple(of: 2) ? home : home + "/db")
    }
    #expect(try HeadLine(tier, Samples.words).existing().newestVersion == 5)
  }

  @Test func `a database with any of its files damaged or cut is made anew`() throws {
    _ = try Samples.fill(tier, versions: 1)
    #expect(try publish(1) == .created)
    var mark: UInt64 = 2
    for file in try FileManager.default.contentsOfDirectory(atPath: home + "/db") where file != "LOCK" {
      for bytes in [Data([0xFF, 0, 0x13, 7]), Data()] {
        guard FileManager.default.fileExists(atPath: home + "/db/" + file) else { continue }
        try bytes.write(to: URL(fileURLWithPath: home + "/db/" + file))
        #expect(try publish(mark) == .created, "\(file)")
        mark += 1
      }
    }
    #expect(try HeadLine(tier, Samples.words).existing().newestVersion == mark)
    #expect(mark > 6)
  }

  @Test func `a database of another store that knows too much is not believed`() throws {
    let other = MemoryTier()
    _ = try Samples.fill(other, versions: 20)
    _ = try Samples.fill(tier, versions: 1)
    let newest = try HeadLine(other, Samples.words).existing()
    let ahead = try newest.applying([.policy(key: "a", value: "")], mark: Samples.mark(1))
    let catalog = Backend.rocksdb.catalog(other, in: directory)
    #expect(try catalog.publish(HeadPublication(ahead, bytes: ahead.encoded().bytes), deadline: .never) == .created)
    #expect(try publish(2) == .created)
  }

  @Test func `what a transaction reads for update and another changes is refused at commit`() throws {
    let database = try RocksDatabase(path: directory.path + "/plain")
    let error = #expect(throws: RocksError.self) {
      try database.transaction { (slow) throws(RocksError) in
        _ = try slow.getForUpdate("head/words")
        try database.transaction { (fast) throws(RocksError) in
          try fast.put("head/words", [1])
          try fast.commit()
        }
        try slow.put("head/words", [2])
        try slow.commit()
      }
    }
    #expect(error?.kind == .contended)
    let value = try database.transaction { (transaction) throws(RocksError) in
      try transaction.getForUpdate("head/words")
    }
    #expect(value == [1])
  }

  @Test func `what is committed is there when the database is opened again, and what is not is gone`() throws {
    let path = directory.path + "/again"
    func open<Value>(_ body: (borrowing RocksTransaction) throws(RocksError) -> Value) throws(RocksError) -> Value {
      let database = try RocksDatabase(path: path)
      return try database.transaction(body)
    }
    try open { (transaction) throws(RocksError) in
      try transaction.put("a", [1, 0, 2])
      try transaction.commit()
    }
    try open { (transaction) throws(RocksError) in try transaction.put("a", [9]) }
    #expect(try open { (transaction) throws(RocksError) in try transaction.getForUpdate("a") } == [1, 0, 2])
    #expect(try open { (transaction) throws(RocksError) in try transaction.getForUpdate("b") } == nil)
  }

  private func kind(_ body: () throws(RocksError) -> Void) -> RocksError.Kind? {
    do throws(RocksError) {
      try body()
      return nil
    } catch {
      return error.kind
    }
  }

  @Test func `a key that changed since it was read for update is contended`() throws {
    let database = try RocksDatabase(path: directory.path + "/contended")
    let late = try database.transaction { (transaction) throws(RocksError) in
      _ = try transaction.getForUpdate("a")
      try transaction.put("a", [1])
      try database.transaction { (other) throws(RocksError) in
        try other.put("a", [2])
        try other.commit()
      }
      return kind { () throws(RocksError) in try transaction.commit() }
    }
    #expect(late == .contended)
  }

  @Test func `a database that is open cannot be opened again: it is locked`() throws {
    let path = directory.path + "/locked"
    let database = try RocksDatabase(path: path)
    #expect(kind { () throws(RocksError) in _ = try RocksDatabase(path: path) } == .locked)
    try database.transaction { (transaction) throws(RocksError) in try transaction.put("a", [1]) }
  }

  @Test func `a database whose files are not its own is broken`() throws {
    let path = directory.path + "/broken"
    try open(path)
    try Data("not a manifest\n".utf8).write(to: URL(fileURLWithPath: path + "/CURRENT"))
    #expect(kind { () throws(RocksError) in try open(path) } == .broken)
  }

  private func open(_ path: String) throws(RocksError) {
    let database = try RocksDatabase(path: path)
    try database.transaction { (transaction) throws(RocksError) in
      try transaction.put("a", [1])
      try transaction.commit()
    }
  }
}
