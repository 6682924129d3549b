import FileIO
import Glibc
import Synchronization
import TestFiles
import Testing

@Suite struct OpenFileTests {
  private let temporary: TemporaryDirectory

  init() throws {
    temporary = try TemporaryDirectory()
  }

  @Test func `a file that is there is refused as a new one`() throws {
    let directory = try temporary.open()
    try directory.write("old", to: .local("a"))
    let error = #expect(throws: FileError.self) { _ = try directory.open(.local("a"), for: .newFile(.file)).status() }
    #expect(error?.meaning == .exists)
    #expect(try directory.text(of: .local("a")) == "old")
  }

  @Test func `reading past the end says so`() throws {
    let directory = try temporary.open()
    try directory.write("12345", to: .local("a"))
    let file = try directory.open(.local("a"), for: .read)
    #expect(#expect(throws: FileError.self) { try file.read(4, at: 2) }?.meaning == .endOfFile)
    #expect(try file.read(upTo: 4, at: 2) == Array("345".utf8))
    #expect(try file.read(upTo: 4, at: 9).isEmpty)
    #expect(#expect(throws: FileError.self) { try file.readAll(limit: 4) }?.meaning == .tooLarge)
  }

  @Test(arguments: [UInt64.max, UInt64(Int64.max), UInt64(Int64.max) + 1])
  func `an offset beyond what there is harms nobody`(_ offset: UInt64) throws {
    let directory = try temporary.open()
    let file = try directory.open(.local("a"), for: .newFile(.file))
    #expect(throws: FileError.self) { try file.read(8, at: offset) }
    #expect(throws: FileError.self) { try file.write([1, 2], at: offset) }
    #expect(throws: FileError.self) { try file.read(Int.max, at: 0) }
    #expect(throws: FileError.self) { try file.read(-1, at: 0) }
  }

  @Test func `a call that moves little is repeated until all is moved`() throws {
    let directory = try temporary.open()
    let file = try directory.open(.local("a"), for: .newFile(.file))
    let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0) }
    try SystemCallHook.during(decide: { call, _ in call == .read || call == .write ? .shorten(byteCount: 7) : nil }) {
      try file.write(bytes, at: 3)
      #expect(try file.read(1_000, at: 3) == bytes)
    }
    #expect(try file.status().byteCount == 1_003)
  }

  @Test func `a call that a signal interrupts is repeated`() throws {
    let directory = try temporary.open()
    let file = try directory.open(.local("a"), for: .newFile(.file))
    let count = Mutex(0)
    try SystemCallHook.during(decide: { _, _ in
      count.withLock { count in
        count += 1
        return count % 3 == 0 ? nil : .fail(errno: EINTR)
      }
    }) {
      try file.write([1, 2, 3], at: 0)
      try file.sync()
    }
    #expect(count.withLock { $0 } == 6)
    #expect(try file.read(3, at: 0) == [1, 2, 3])
  }

  @Test(.timeLimit(.minutes(1)))
  func `a call that is interrupted for ever fails, and a close that is interrupted has closed`() throws {
    let directory = try temporary.open()
    let file = try directory.open(.local("a"), for: .newFile(.file))
    let error = SystemCallHook.during(decide: { call, _ in call == .write ? .fail(errno: EINTR) : nil }) {
      #expect(throws: FileError.self) { try file.write([1], at: 0) }
    }
    #expect(error?.errno == EINTR)
    try SystemCallHook.during(decide: { call, _ in call == .close ? .loseAnswer(errno: EINTR) : nil }) {
      try directory.open(.local("a"), for: .read).close()
    }
  }

  @Test func `what cannot be written out early is told, and that a file system has no such call is not`() throws {
    let directory = try temporary.open()
    let file = try directory.open(.local("a"), for: .newFile(.file))
    try file.write([1], at: 0)
    let error = SystemCallHook.during(decide: { call, _ in call == .sync ? .fail(errno: EIO) : nil }) {
      #expect(throws: FileError.self) { try file.beginWritingOut() }
    }
    #expect(error?.errno == EIO)
    try SystemCallHook.during(decide: { call, _ in call == .sync ? .fail(errno: ENOSYS) : nil }) {
      try file.beginWritingOut()
    }
  }

  @Test func `a failure names the call, the file and the reason`() throws {
    let directory = try temporary.open()
    let file = try directory.open(.local("a"), for: .newFile(.file))
    let error = SystemCallHook.during(decide: { call, _ in call == .write ? .fail(errno: ENOSPC) : nil }) {
      #expect(throws: FileError.self) { try file.write([1], at: 0) }
    }
    #expect(error?.meaning == .noSpace)
    #expect(error?.call == .write)
    #expect(error?.description == "\(temporary.path)/a: write: No space left on device")
  }

  @Test(.timeLimit(.minutes(1)))
  func `a fifo, a directory and a device are refused without waiting`() throws {
    let directory = try temporary.open()
    unsafe mkfifo(temporary.path + "/fifo", 0o600)
    try directory.makeDirectory(.local("directory"))
    #expect(throws: FileError.self) { _ = try directory.open(.local("fifo"), for: .read).status() }
    #expect(throws: FileError.self) { _ = try directory.open(.local("fifo"), for: .readWrite).status() }
    #expect(throws: FileError.self) { _ = try directory.open(.local("directory"), for: .read).status() }
    let devices = try Directory(path: "/dev")
    let error = #expect(throws: FileError.self) { _ = try devices.open(.local("null"), for: .read).status() }
    #expect(error?.meaning == .wrongKind)
  }

  @Test func `appending, cutting and reserving change what they say`() throws {
    let directory = try temporary.open()
    let file = try directory.open(.local("a"), for: .newFile(FileMode(0o640)))
    try file.append(Array("hello".utf8))
    try file.append(Array(" world".utf8))
    #expect(try directory.text(of: .local("a")) == "hello world")
    try file.truncate(to: 4)
    try file.allocate(10_000)
    try file.changeMode(to: .immutable)
    let status = try directory.status(of: .local("a"))
    #expect(status.mode == .immutable)
    #expect(status.kind == .file)
    #expect(status.linkCount == 1)
    #expect(status.isSameFile(as: try file.status()))
    try file.close()
  }

  @Test func `cloning either shares the bytes or says that it cannot`() throws {
    let directory = try temporary.open()
    try directory.write("source", to: .local("a"))
    let target = try directory.open(.local("b"), for: .newFile(.file))
    let cloned = try target.clone(from: directory.open(.local("a"), for: .read))
    #expect(try directory.text(of: .local("b")) == (cloned ? "source" : ""))
  }
}
