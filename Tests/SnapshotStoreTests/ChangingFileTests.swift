import Catalog
import Foundation
import Primitives
import SnapshotFormat
import SnapshotStore
import Synchronization
import Testing

/// A clock whose sleeps take no time, and do something instead: the n-th, counted from 1.
final class ActingClock: WallClock, MonotonicClock {
  private let action: @Sendable (Int) -> Void
  private let count = Mutex(0)

  init(_ action: @escaping @Sendable (Int) -> Void) {
    self.action = action
  }

  var sleeps: Int { count.withLock { $0 } }
  func now() -> Timestamp { SystemClock().now() }
  func nanoseconds() -> UInt64 { SystemClock().nanoseconds() }

  func sleep(nanoseconds: UInt64) {
    action(
      count.withLock { count in
        count += 1
        return count
      })
  }
}

/// A file of which the first attempts to read it fail, after some of its bytes, or all of them, were read.
final class FailingInput: SnapshotInput {
  let bytes: [UInt8]
  private let failsAt: Int

  init(_ bytes: [UInt8], failsAt: Int) {
    self.bytes = bytes
    self.failsAt = failsAt
  }

  var byteCount: UInt64 { UInt64(bytes.count) }

  func read(at offset: UInt64, count: Int) throws(StoreError) -> [UInt8] {
    if Int(offset) + count > failsAt, failsAt < bytes.count { throw .changed(path: "f", how: "in a test") }
    return Array(bytes[Int(offset)..<(Int(offset) + count)])
  }

  func checkUnchanged() throws(StoreError) { throw .changed(path: "f", how: "in a test") }
}

@Suite struct `a file that changes while it is read` {
  private func tree(_ directory: TemporaryDirectory, _ clock: ActingClock) -> TreeInput {
    var tree = TreeInput(path: directory.path)
    tree.retry = ReadRetry(clock: clock)
    // Whatever the test wrote counts as written a moment ago.
    tree.retry.settleNanoseconds = 3_600_000_000_000
    return tree
  }

  private func append(to path: String) {
    guard let file = FileHandle(forWritingAtPath: path) else { return }
    _ = try? file.seekToEnd()
    try? file.write(contentsOf: Data([1]))
    try? file.close()
  }

  @Test func `at each attempt is named, after a bounded number of them, and nothing is published`() throws {
    let store = try TestStore()
    let directory = try TemporaryDirectory()
    try directory.write([1, 2, 3], at: "a/log")
    let clock = ActingClock { [path = directory.path] _ in append(to: "\(path)/a/log") }
    let request = CreateRequest(collection: CollectionName("words")!, tree: tree(directory, clock))
    let error = #expect(throws: StoreError.self) { try store.store.create(request) }
    guard case .changed(let path, let how)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(path.hasSuffix("a/log"))
    #expect(how.contains("5 attempts"))
    // Each attempt waits for the file to settle; between two of them is one wait.
    #expect(clock.sleeps == 9)
    #expect(try store.store.head(of: CollectionName("words")!).newestVersion == 0)
  }

  @Test func `is read again, and taken as it is then`() throws {
    let store = try TestStore()
    let directory = try TemporaryDirectory()
    try directory.write(seededBytes(300_000, seed: 1), at: "log")
    try directory.write([7], at: "z")
    let clock = ActingClock { [path = directory.path] sleep in if sleep < 4 { append(to: "\(path)/log") } }
    let result = try store.store.create(
      CreateRequest(collection: CollectionName("words")!, tree: tree(directory, clock)))
    let expected = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(directory.path)/log")))
    #expect(expected.count == 300_003)
    #expect(try contents("log", of: store.manifest(1)) == expected)
    #expect(result.row.contentHash == (try TreeHash.hash(TreeInput(path: directory.path), jobs: 2).contentHash))
    #expect(result.statistics.bytesTotal == 300_004)
  }

  @Test func `until it vanishes is left out, and named`() throws {
    let store = try TestStore()
    let directory = try TemporaryDirectory()
    try directory.write([1], at: "a")
    try directory.write([2], at: "b")
    let clock = ActingClock { [path = directory.path] sleep in
      if sleep == 2 { append(to: "\(path)/b") }
      if sleep == 3 { try? FileManager.default.removeItem(atPath: "\(path)/b") }
    }
    let result = try store.store.create(
      CreateRequest(collection: CollectionName("words")!, tree: tree(directory, clock)))
    #expect(result.row.fileCount == 1)
    #expect(try store.manifest(1).file(at: RelativePath("b")!) == nil)
    #expect(try store.verify().1.isEmpty)
    #expect(result.omissions.vanished.map { "\($0)" } == ["b"] && result.omissions.vanishedCount == 1)
    #expect(result.omissions.isEmpty, "the directory has nothing that the version has not")
  }

  @Test func `and becomes a link or a FIFO is not followed and not waited for`() throws {
    for kind in ["link", "fifo"] {
      let store = try TestStore()
      let directory = try TemporaryDirectory()
      try directory.write([1], at: "a")
      let clock = ActingClock { [path = directory.path] sleep in
        guard sleep == 1 else { return }
        append(to: "\(path)/a")
        try? FileManager.default.removeItem(atPath: "\(path)/a")
        if kind == "fifo" {
          _ = unsafe mkfifo("\(path)/a", 0o600)
        } else {
          try? FileManager.default.createSymbolicLink(atPath: "\(path)/a", withDestinationPath: "/etc/passwd")
        }
      }
      let request = CreateRequest(collection: CollectionName("words")!, tree: tree(directory, clock))
      let error = #expect(throws: StoreError.self) { try store.store.create(request) }
      guard case .changed? = error else {
        Issue.record("\(kind): \(String(describing: error))")
        return
      }
    }
  }

  /// Failed attempts come before each file, of bytes of their own, at whatever place; nothing of them may remain.
  @Test(arguments: [UInt64(1), 2, 3]) func `leaves nothing of the attempts that failed`(seed: UInt64) throws {
    let random = SeededRandomSource(seed: seed)
    let store = try TestStore(windowByteCount: 300_000)
    var files: [(RelativePath, [UInt8])] = []
    for index in 0..<12 {
      let big = random.next() % 3 == 0
      let count = Int(random.next() % (big ? 700_000 : 60_000))
      files.append((RelativePath("f\(index + 10)")!, seededBytes(count, seed: random.next())))
    }
    for version in UInt64(1)...2 {
      if version == 2 { for index in files.indices where files[index].1.count > 9 { files[index].1[5] ^= 1 } }
      try commit(files, to: store, random)
      let manifest = try store.manifest(version)
      for (path, bytes) in files {
        let found = try contents("\(path)", of: manifest)
        #expect(found == bytes, "seed \(seed), version \(version), \(path)")
      }
      let clean = try TestStore()
      try commit(files, to: clean, nil)
      let hash = try clean.manifest(1).root.totals
      #expect(manifest.root.totals == hash, "seed \(seed), version \(version)")
    }
    #expect(try store.verify().1.isEmpty, "seed \(seed)")
  }

  private func commit(
    _ files: [(RelativePath, [UInt8])], to store: TestStore, _ random: SeededRandomSource?
  ) throws {
    let commit = VersionCommit(collection: CollectionName("words")!, kind: .tree, action: .create, message: "")
    _ = try store.store.commit(
      commit,
      baseVersion: { head throws(StoreError) in head.newestVersion == 0 ? nil : head.newestVersion }
    ) { base throws(StoreError) in
      let writer = try SnapshotWriter(store.store.context(base.intent), base: base.manifest)
      for (path, bytes) in files {
        while let random, random.next() % 2 == 0 {
          let other = seededBytes(Int(random.next() % 700_000), seed: random.next())
          try fail(FailingInput(other, failsAt: Int(random.next() % 800_000)), path, writer)
          try fail(FailingInput(bytes, failsAt: .max), path, writer)
        }
        try writer.addFile(path, mode: 0o644, BytesInput(bytes))
      }
      _ = try writer.finishTree()
      let version = base.head.newestVersion
      let description = SnapshotWriter.Description(
        collection: CollectionName("words")!, version: version + 1, message: "", parent: base.parent)
      return .manifest(try writer.finish(description), basis: .version(version), further: [])
    }
  }

  private func fail(_ input: FailingInput, _ path: RelativePath, _ writer: SnapshotWriter) throws(StoreError) {
    do throws(StoreError) {
      try writer.addFile(path, mode: 0o600, input)
      Issue.record("a file that changed was taken")
    } catch {
      guard case .changed = error else { throw error }
    }
  }
}
