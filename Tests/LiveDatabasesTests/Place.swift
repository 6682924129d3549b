import CSQLite
import FileIO
import Foundation
import LiveDatabases
import Primitives
import SnapshotStore
import Testing

/// A tree that is snapshotted, and room beside it. Goes with the value.
final class Place: Sendable {
  let root: String
  var tree: String { "\(root)/tree" }

  init() throws {
    root = NSTemporaryDirectory() + "live-databases-\(SystemRandomSource().next())"
    for name in ["tree", "temporary"] {
      try FileManager.default.createDirectory(atPath: "\(root)/\(name)", withIntermediateDirectories: true)
    }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: root)
  }

  func write(_ bytes: [UInt8], _ path: String) throws {
    let url = URL(fileURLWithPath: "\(tree)/\(path)")
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(tree)/\(path)")))
  }

  /// The bytes of every file of the tree, but for the index of a log, which readers write too.
  func state() throws -> [String: [UInt8]] {
    var state: [String: [UInt8]] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: tree) {
      state[path] = path.hasSuffix("-shm") ? [] : try? bytes(path)
    }
    return state
  }

  /// What a snapshot of the tree takes, with something done after each file.
  func take(
    attempts: Int = 5, allowsLive: Bool = false, afterEach: (_ path: String) -> Void = { _ in }
  ) throws -> [String: [UInt8]] {
    var input = TreeInput(path: tree)
    input.retry.attemptCountMax = attempts
    input.retry.waitNanoseconds = 1_000_000
    input.live = DatabaseFiles(
      directory: tree, temporaryDirectory: "\(root)/temporary", random: SystemRandomSource(),
      allowsLiveDirectories: allowsLive)
    var files: [String: [UInt8]] = [:]
    try input.forEach { path, entry throws(StoreError) in
      guard case .file(_, _, let file) = entry else { return }
      let bytes = try file.read(at: 0, count: Int(file.byteCount))
      try file.checkUnchanged()
      files["\(path)"] = bytes
      afterEach("\(path)")
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: "\(root)/temporary")
    #expect(left.isEmpty)
    return files
  }

  /// The rows of the table `t` of a database, which must be whole.
  func count(_ bytes: [UInt8]?) throws -> Int {
    let path = "\(root)/checked-\(SystemRandomSource().next())"
    try Data(try #require(bytes)).write(to: URL(fileURLWithPath: path))
    let database = try Database(path)
    #expect(try database.text("PRAGMA integrity_check") == "ok")
    return try #require(Int(try database.text("SELECT count(*) FROM t")))
  }
}

/// A database of a test.
@safe final class Database {
  struct Failed: Error {
    let message: String
  }

  private let handle: OpaquePointer

  init(_ path: String) throws {
    var handle: OpaquePointer?
    guard unsafe sqlite3_open(path, &handle) == SQLITE_OK, let opened = unsafe handle else {
      throw Failed(message: "cannot open \(path)")
    }
    unsafe self.handle = opened
    unsafe sqlite3_busy_timeout(opened, 10_000)
  }

  deinit { unsafe sqlite3_close(handle) }

  func run(_ statements: String) throws {
    guard unsafe sqlite3_exec(handle, statements, nil, nil, nil) == SQLITE_OK else {
      throw Failed(message: unsafe String(cString: sqlite3_errmsg(handle)))
    }
  }

  /// The first column of the first row.
  func text(_ query: String) throws -> String {
    var statement: OpaquePointer?
    guard unsafe sqlite3_prepare_v2(handle, query, -1, &statement, nil) == SQLITE_OK,
      unsafe sqlite3_step(statement) == SQLITE_ROW, let text = unsafe sqlite3_column_text(statement, 0)
    else { throw Failed(message: unsafe String(cString: sqlite3_errmsg(handle))) }
    defer { unsafe sqlite3_finalize(statement) }
    return unsafe String(cString: text)
  }
}
