import CSystemCalls
import FileIO
import Glibc
import Primitives
import Synchronization
import TestFiles
import Testing

@Suite struct DirectoryTests {
  private let temporary: TemporaryDirectory

  init() throws {
    temporary = try TemporaryDirectory()
  }

  @Test func `nothing is done through a symbolic link, wherever it stands in the path`() throws {
    let outside = try TemporaryDirectory()
    try outside.open().write("secret", to: .local("file"))
    let directory = try temporary.open()
    try directory.makeSymbolicLink(.local("link"), target: Array(outside.path.utf8))
    try directory.makeSymbolicLink(.local("file"), target: Array("\(outside.path)/file".utf8))
    let mode = try outside.open().status(of: .local("file")).mode
    try directory.makeDirectory(.local("inner"))
    try directory.makeSymbolicLink(.local("inner/up"), target: Array("../link".utf8))

    for path in ["link/file", "inner/up/file", "file"].compactMap({ LocalPath($0) }) {
      #expect(throws: FileError.self) { _ = try directory.open(path, for: .read).status() }
      #expect(throws: FileError.self) { _ = try directory.open(path, for: .readWriteOrNew(.file)).status() }
    }
    for path in ["link/new", "inner/up/new"].compactMap({ LocalPath($0) }) {
      #expect(throws: FileError.self) { _ = try directory.open(path, for: .newFile(.file)).status() }
      #expect(throws: FileError.self) { try directory.makeDirectory(path) }
      #expect(throws: FileError.self) { try directory.makeSymbolicLink(path, target: [0x61]) }
      #expect(throws: FileError.self) { try directory.rename(.local("inner"), to: path, .replace) }
      #expect(throws: FileError.self) { try directory.link(.local("file"), to: path) }
    }
    for path in ["link/file", "inner/up/file"].compactMap({ LocalPath($0) }) {
      #expect(throws: FileError.self) { try directory.status(of: path) }
      #expect(throws: FileError.self) { try directory.unlink(path) }
      #expect(throws: FileError.self) { try directory.changeMode(of: path, to: .private) }
      #expect(throws: FileError.self) { try directory.removeTree(path) }
    }
    #expect(throws: FileError.self) { try directory.changeMode(of: .local("file"), to: FileMode(0o777)) }
    #expect(throws: FileError.self) { _ = try directory.openDirectory(.local("link")).status() }
    #expect(try outside.open().names() == ["file"])
    #expect(try outside.open().text(of: .local("file")) == "secret")
    #expect(try outside.open().status(of: .local("file")).mode == mode)
  }

  @Test func `a kernel without openat2 keeps the same rules`() throws {
    let directory = try temporary.open()
    try directory.makeDirectory(.local("a"))
    try directory.write("x", to: .local("a/file"))
    try directory.makeSymbolicLink(.local("link"), target: Array("a".utf8))
    try directory.makeSymbolicLink(.local("a/link"), target: Array("file".utf8))
    let root = unsafe open(temporary.path, O_RDONLY | O_DIRECTORY)
    defer { close(root) }
    func attempt(_ path: String, _ flags: Int32 = O_RDONLY) -> Int32 {
      let descriptor = unsafe system_open_stepwise(root, path, flags, 0)
      if descriptor < 0 { return errno }
      close(descriptor)
      return 0
    }
    #expect(attempt("a/file") == 0)
    #expect(attempt("a", O_RDONLY | O_DIRECTORY) == 0)
    for path in ["link/file", "a/link"] { #expect(attempt(path) == ELOOP) }
    #expect(attempt("link", O_RDONLY | O_DIRECTORY) == ELOOP)
    #expect(attempt("a/file/b") == ENOTDIR)
    #expect(attempt("a/none/b") == ENOENT)
    #expect(attempt(String(repeating: "n", count: 300) + "/b") == ENAMETOOLONG)
  }

  @Test(.timeLimit(.minutes(1)))
  func `a directory that turns into a link and back never lets a write out`() throws {
    let outside = try TemporaryDirectory()
    let directory = try temporary.open()
    try directory.makeDirectory(.local("a"))
    try directory.makeSymbolicLink(.local("b"), target: Array(outside.path.utf8))
    let stop = Mutex(false)
    let racer = try PosixThread {
      guard let mine = try? Directory(path: self.temporary.path) else { return }
      while !stop.withLock({ $0 }) { try? mine.exchange(.local("a"), with: .local("b")) }
    }
    var written = 0
    for number in 0..<5_000 {
      guard let path = LocalPath("a/\(number)") else { continue }
      if let file = try? directory.open(path, for: .newFile(.file)) {
        try file.write([1], at: 0)
        written += 1
      }
      _ = try? directory.makeDirectory(path)
    }
    stop.withLock { $0 = true }
    racer.join()
    #expect(try outside.open().names().isEmpty)
    #expect(written > 0)
  }

  @Test func `a path of 4,096 bytes is made, written, found and removed`() throws {
    let directory = try temporary.open()
    var path: RelativePath?
    for count in Array(repeating: 255, count: 15) + [200, 55] {
      let component = [UInt8](repeating: 0x61, count: count)
      path = path.map { $0.appending(component) } ?? RelativePath(component)
      let made = try #require(path)
      if made.bytes.count < 4_096 { try directory.makeDirectory(made) }
    }
    let deep = try #require(path)
    #expect(deep.bytes.count == 4_096)
    try directory.write("deep", to: deep)
    #expect(try directory.text(of: deep) == "deep")
    #expect(try directory.status(of: deep).byteCount == 4)
    try directory.removeTree(LocalPath(try #require(RelativePath(deep.components[0]))))
    #expect(try directory.names().isEmpty)
  }

  @Test func `a directory is worked in wherever it is moved`() throws {
    let root = try temporary.open()
    try root.makeDirectory(.local("a"))
    let directory = try root.openDirectory(.local("a"))
    try root.rename(.local("a"), to: .local("b"), .refuse)
    try root.makeSymbolicLink(.local("a"), target: Array("/".utf8))
    try directory.write("here", to: .local("file"))
    #expect(try root.text(of: .local("b/file")) == "here")
  }

  @Test func `renaming replaces, refuses or exchanges as it was told`() throws {
    let directory = try temporary.open()
    try directory.write("1", to: .local("a"))
    try directory.write("2", to: .local("b"))
    let error = #expect(throws: FileError.self) { try directory.rename(.local("a"), to: .local("b"), .refuse) }
    #expect(error?.meaning == .exists)
    try directory.exchange(.local("a"), with: .local("b"))
    #expect(try directory.text(of: .local("a")) == "2")
    try directory.rename(.local("a"), to: .local("b"), .replace)
    #expect(try directory.names() == ["b"])
    #expect(try directory.text(of: .local("b")) == "2")
  }

  @Test func `linking is exclusive, and gives the same file another name`() throws {
    let directory = try temporary.open()
    try directory.write("1", to: .local("a"))
    try directory.link(.local("a"), to: .local("b"))
    #expect(#expect(throws: FileError.self) { try directory.link(.local("a"), to: .local("b")) }?.meaning == .exists)
    #expect(try directory.status(of: .local("b")).linkCount == 2)
    #expect(try directory.unlinkIfPresent(.local("b")))
    #expect(try !directory.unlinkIfPresent(.local("b")))
    #expect(try directory.statusIfPresent(of: .local("b")) == nil)
    #expect(try directory.statusIfPresent(of: .local("a/below")) == nil)
  }

  @Test func `a link's target is read as the bytes it is, and bounded`() throws {
    let directory = try temporary.open()
    try directory.makeSymbolicLink(.local("a"), target: [0xFF, 0x1B, 0x2F])
    #expect(try directory.readLink(.local("a")) == [0xFF, 0x1B, 0x2F])
    #expect(try directory.status(of: .local("a")).kind == .symbolicLink)
    #expect(throws: FileError.self) { try directory.makeSymbolicLink(.local("b"), target: []) }
    #expect(throws: FileError.self) { try directory.makeSymbolicLink(.local("b"), target: [0x61, 0]) }
    #expect(throws: FileError.self) {
      try directory.makeSymbolicLink(.local("b"), target: Array(repeating: 0x61, count: 4_096))
    }
    let long = [UInt8](repeating: 0x61, count: 4_095)
    try directory.makeSymbolicLink(.local("c"), target: long)
    #expect(try directory.readLink(.local("c")) == long)
  }

  @Test func `a listing is sorted, whole and bounded`() throws {
    let directory = try temporary.open()
    let names = (0..<3_000).map { "name-of-some-length-\($0)" }
    for name in names { try directory.write("", to: try LocalPath(checking: name)) }
    #expect(try directory.names() == names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    #expect(try directory.list().count == 3_000)
    #expect(#expect(throws: FileError.self) { try directory.list(limit: 2_999) }?.meaning == .tooLarge)
  }

  @Test func `removing a tree leaves what its links point to`() throws {
    let outside = try TemporaryDirectory()
    try outside.open().write("kept", to: .local("file"))
    let directory = try temporary.open()
    try directory.makeDirectory(.local("a"))
    try directory.makeDirectory(.local("a/b"))
    try directory.makeDirectory(.local("a/b/c"))
    try directory.write("", to: .local("a/b/c/file"))
    try directory.makeSymbolicLink(.local("a/b/link"), target: Array(outside.path.utf8))
    unsafe mkfifo(temporary.path + "/a/fifo", 0o600)
    try directory.changeMode(of: .local("a/b"), to: FileMode(0))
    try directory.removeTree(.local("a"))
    try directory.removeTree(.local("a"))
    #expect(try directory.names().isEmpty)
    #expect(try outside.open().text(of: .local("file")) == "kept")
  }

  @Test func `a chain of missing directories is made`() throws {
    let path = temporary.path + "/a/b//c/"
    try Directory.makeAll(path: path).write("x", to: .local("file"))
    #expect(try temporary.open().text(of: .local("a/b/c/file")) == "x")
    #expect(throws: FileError.self) { _ = try Directory.makeAll(path: self.temporary.path + "/a/b/c/file/d").status() }
    #expect(throws: FileError.self) { _ = try Directory.makeAll(path: "").status() }
  }
}
