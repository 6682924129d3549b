import FileIO
import Glibc
import TestFiles
import Testing

@Suite struct MappedFileTests {
  private let temporary: TemporaryDirectory

  init() throws {
    temporary = try TemporaryDirectory()
  }

  @Test(arguments: [0, 4, 6, UInt64.max] as [UInt64])
  func `a file of another size is refused`(_ byteCount: UInt64) throws {
    let directory = try temporary.open()
    try directory.write("12345", to: .local("a"))
    let file = try directory.open(.local("a"), for: .read)
    let error = #expect(throws: FileError.self) { _ = try MappedFile(file, byteCount: byteCount).byteCount }
    #expect(error?.meaning == .changed)
  }

  @Test func `a mapping outlives its descriptor, its name and its replacement`() throws {
    let directory = try temporary.open()
    try directory.write("12345", to: .local("a"))
    let file = try directory.open(.local("a"), for: .read)
    let mapped = try MappedFile(file, byteCount: 5)
    try file.close()
    try directory.write("abcde", to: .local("b"))
    try directory.rename(.local("b"), to: .local("a"), .replace)
    let bytes = mapped.withBytes { bytes in unsafe bytes.withUnsafeBytes { unsafe Array($0) } }
    #expect(bytes == Array("12345".utf8))
    #expect(mapped.bytes.byteCount == 5)
  }

  @Test func `an empty file has no bytes`() throws {
    let directory = try temporary.open()
    let mapped = try MappedFile(directory.open(.local("a"), for: .newFile(.file)), byteCount: 0)
    #expect(mapped.bytes.byteCount == 0)
  }

  @Test func `a failure to map is an error`() throws {
    let directory = try temporary.open()
    try directory.write("12345", to: .local("a"))
    let file = try directory.open(.local("a"), for: .read)
    let error = SystemCallHook.during(decide: { call, _ in call == .map ? .fail(errno: ENOMEM) : nil }) {
      #expect(throws: FileError.self) { _ = try MappedFile(file, byteCount: 5).byteCount }
    }
    #expect(error?.call == .map)
  }
}

@Suite struct FileSystemTests {
  @Test func `the process file system is local, and a temporary directory has room`() throws {
    let temporary = try TemporaryDirectory()
    let fileSystem = try temporary.open().fileSystem()
    #expect(fileSystem.freeByteCount > 0)
    #expect(fileSystem.freeByteCount <= fileSystem.byteCount)
    #expect(try !Directory(path: "/proc").fileSystem().isNetwork)
  }
}
