import FileIO
import Glibc
import Primitives
import Synchronization
import TestFiles
import Testing

@Suite struct DurableWriterTests {
  private let temporary: TemporaryDirectory
  private let writer = DurableWriter(
    temporaryDirectory: .local("tmp"), durability: .full, random: SeededRandomSource(seed: 1))

  init() throws {
    temporary = try TemporaryDirectory()
  }

  private func create(_ text: String, _ path: LocalPath, _ root: borrowing Directory) throws -> DurableWriter.Outcome {
    try writer.create(path, in: root, mode: .immutable) { file throws(FileError) in
      try file.write(Array(text.utf8), at: 0)
    }
  }

  private func replace(_ text: String, _ path: LocalPath, _ root: borrowing Directory) throws {
    try writer.replace(path, in: root, mode: .file) { file throws(FileError) in
      try file.write(Array(text.utf8), at: 0)
    }
  }

  @Test func `a file whose sync failed is thrown away and never synced again`() throws {
    let root = try temporary.open()
    let log = CallLog()
    let unfinished = "\(temporary.path)/tmp/"
    let error = SystemCallHook.during(decide: { call, path in
      _ = log.note(call, path)
      return call == .sync && path.hasPrefix(unfinished) ? .fail(errno: EIO) : nil
    }) { #expect(throws: DurableWriteError.self) { try create("x", .local("a/b"), root) } }
    #expect(error?.mayHaveLanded == false)
    #expect(log.calls.filter { $0.call == .sync && $0.path.hasPrefix(unfinished) }.count == 1)
    #expect(try root.statusIfPresent(of: .local("a/b")) == nil)
    #expect(try root.openDirectory(.local("tmp")).names().isEmpty)
    #expect(try create("x", .local("a/b"), root) == .created)
  }

  @Test func `a file that is there is left as it is`() throws {
    let root = try temporary.open()
    #expect(try create("first", .local("a/b"), root) == .created)
    #expect(try create("second", .local("a/b"), root) == .exists)
    #expect(try root.text(of: .local("a/b")) == "first")
    #expect(try root.status(of: .local("a/b")).mode == .immutable)
    #expect(try root.openDirectory(.local("tmp")).names().isEmpty)
  }

  @Test func `the file is durable before it has its name, and the name before the call returns`() throws {
    let root = try temporary.open()
    _ = try create("", .local("a/b/earlier"), root)
    let log = CallLog()
    _ = try SystemCallHook.during(decide: { call, path in
      _ = log.note(call, path)
      return nil
    }) { try create("x", .local("a/b/c"), root) }
    #expect(log.mutating == [.write, .sync, .link, .sync, .unlink])
    #expect(log.calls.last { $0.call == .sync }?.path == "\(temporary.path)/a/b")
  }

  @Test func `every directory made on the way is durable`() throws {
    let root = try temporary.open()
    let log = CallLog()
    _ = try SystemCallHook.during(decide: { call, path in
      _ = log.note(call, path)
      return nil
    }) { try create("x", .local("a/b/c"), root) }
    let synced = log.calls.filter { $0.call == .sync && !$0.path.hasPrefix("\(temporary.path)/tmp/") }.map(\.path)
    #expect(synced == [temporary.path, "\(temporary.path)/a", "\(temporary.path)/a/b"])
  }

  @Test func `a directory that another process just made is synced all the same`() throws {
    let root = try temporary.open()
    try root.makeDirectory(.local("a"))
    let log = CallLog()
    _ = try SystemCallHook.during(decide: { call, path in
      _ = log.note(call, path)
      return nil
    }) { try create("x", .local("a/b"), root) }
    #expect(log.calls.contains { $0.call == .sync && $0.path == temporary.path })
  }

  @Test func `a link whose answer was lost is found by its file`() throws {
    let root = try temporary.open()
    let outcome = try SystemCallHook.during(decide: { call, _ in call == .link ? .loseAnswer(errno: EEXIST) : nil }) {
      try create("x", .local("a"), root)
    }
    #expect(outcome == .created)
  }

  @Test(arguments: [EPERM, EIO, ETIMEDOUT, ESTALE])
  func `a link that failed without a clear answer may have landed`(_ code: Int32) throws {
    let root = try temporary.open()
    let error = SystemCallHook.during(decide: { call, _ in call == .link ? .fail(errno: code) : nil }) {
      #expect(throws: DurableWriteError.self) { try create("x", .local("a"), root) }
    }
    #expect(error?.landing == .uncertain)
  }

  @Test func `a directory that could not be synced leaves a file that no later look can trust`() throws {
    let root = try temporary.open()
    let failing = temporary.path
    let error = SystemCallHook.during(decide: { call, path in
      call == .sync && path == failing ? .fail(errno: EIO) : nil
    }) { #expect(throws: DurableWriteError.self) { try create("x", .local("a"), root) } }
    #expect(error?.landing == .unsynced)
  }

  @Test func `a crash between link and unlink leaves a whole file`() throws {
    let root = try temporary.open()
    let outcome = try SystemCallHook.during(decide: { call, _ in call == .unlink ? .fail(errno: EIO) : nil }) {
      try create("x", .local("a"), root)
    }
    #expect(outcome == .created)
    #expect(try root.text(of: .local("a")) == "x")
    #expect(try root.openDirectory(.local("tmp")).names().count == 1)
    #expect(try create("y", .local("b"), root) == .created)
  }

  @Test func `a directory that was cleaned away is made again`() throws {
    let root = try temporary.open()
    _ = try create("x", .local("a/b"), root)
    try root.removeTree(.local("a"))
    try root.removeTree(.local("tmp"))
    #expect(try create("y", .local("a/b"), root) == .created)
    try root.removeTree(.local("a"))
    #expect(try create("z", .local("a/b"), root) == .created)
    try root.removeTree(.local("a"))
    try replace("z", .local("a/b"), root)
    #expect(try root.text(of: .local("a/b")) == "z")
  }

  @Test func `replacing leaves the old file to whoever has it open`() throws {
    let root = try temporary.open()
    try replace("old", .local("a"), root)
    let reader = try root.open(.local("a"), for: .read)
    try replace("new", .local("a"), root)
    #expect(try reader.readAll(limit: 10) == Array("old".utf8))
    #expect(try root.text(of: .local("a")) == "new")
    #expect(try root.openDirectory(.local("tmp")).names().isEmpty)
  }

  @Test(arguments: [EIO, ENOSPC, EDQUOT, EINTR, EACCES], [false, true])
  func `whichever call fails, the file is whole or not there, and a second try succeeds`(
    _ code: Int32, _ forEver: Bool
  ) throws {
    // One call more each time, until the operation ends without meeting the fault.
    for number in 1... {
      let place = try TemporaryDirectory()
      let root = try place.open()
      let log = CallLog()
      let result = SystemCallHook.during(decide: { call, path in
        let count = log.note(call, path)
        return count == number || (forEver && count > number) ? .fail(errno: code) : nil
      }) { Result { try create("whole", .local("a/b"), root) } }
      let text = try? root.text(of: .local("a/b"))
      #expect(text == nil || text == "whole")
      switch result {
      case .success: #expect(text == "whole")
      case .failure(let error): #expect(text == nil || (error as? DurableWriteError)?.mayHaveLanded == true)
      }
      _ = try create("whole", .local("a/b"), root)
      #expect(try root.text(of: .local("a/b")) == "whole")
      if log.calls.count < number { break }
    }
  }

  @Test func `of many writers of one name one creates`() throws {
    let created = Mutex(0)
    let threads = try (0..<8).map { number in
      try PosixThread {
        guard let root = try? self.temporary.open() else { return }
        let writer = DurableWriter(
          temporaryDirectory: .local("tmp"), durability: .none, random: SeededRandomSource(seed: UInt64(number)))
        for round in 0..<50 {
          guard let path = LocalPath("a/\(round)") else { return }
          let outcome = try? writer.create(path, in: root, mode: .immutable) { file throws(FileError) in
            try file.write(Array("\(number)".utf8), at: 0)
          }
          if outcome == .created { created.withLock { $0 += 1 } }
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(created.withLock { $0 } == 50)
    #expect(try temporary.open().openDirectory(.local("a")).names().count == 50)
  }
}
