import FileIO
import Primitives
import Testing

@Suite struct RelativePathTests {
  static let hostile = [
    "", "/", "/etc/passwd", "..", "../x", "a/..", "a/../b", "a/./b", ".", "./a", "a//b", "a/", "/a", "a\0b", "\0",
    "a/\0", String(repeating: "x", count: 256), String(repeating: "a/", count: 2_048) + "b",
  ]

  @Test(arguments: hostile)
  func `a path that leads out, or is none, is refused`(_ text: String) {
    #expect(RelativePath(text) == nil)
    #expect(LocalPath(text) == nil)
    #expect(throws: FileError.self) { try LocalPath(checking: text) }
  }

  @Test(arguments: [".snapctl", ".snapctl/state", ".snapctl/a/b"])
  func `the engine's own directory is never an entry`(_ text: String) {
    #expect(RelativePath(text) == nil)
    #expect(LocalPath(text) != nil)
  }

  @Test(arguments: [".snapctl2", "a/.snapctl", ".snapct", "...", "..a", "a..", " ", "ä\u{1B}[0m", "a\\b", "-rf"])
  func `an odd name is a path like any other`(_ text: String) throws {
    #expect(try #require(RelativePath(text)).bytes == Array(text.utf8))
  }

  @Test func `bytes that are not text are a path`() throws {
    let path = try #require(RelativePath([0xFF, 0xFE, 0x2F, 0x80]))
    #expect(path.components.count == 2)
    #expect(RelativePath([0x61, 0, 0x62]) == nil)
  }

  @Test func `a path of 4,096 bytes is one, of 4,097 none`() {
    let component = [UInt8](repeating: 0x61, count: 255)
    let long = Array(repeatElement(component, count: 16).joined(separator: [0x2F]))
    #expect(long.count == 4_095)
    #expect(RelativePath(long) != nil)
    #expect(RelativePath([0x61] + [0x2F] + long.dropFirst()) != nil)
    #expect(RelativePath([0x61] + [0x2F] + long) == nil)
  }

  @Test func `paths are ordered by bytes, not by components`() throws {
    let sorted = ["A", "a", "a-b", "a.b", "a/x", "a0", "b"].compactMap { RelativePath($0) }
    #expect(sorted.count == 7)
    #expect(sorted.reversed().sorted() == sorted)
  }

  @Test func `a description never carries a terminal escape`() throws {
    let path = try #require(RelativePath("a\u{1B}[31m\r\u{202E}b"))
    #expect(!path.description.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
  }

  @Test func `parents and last components come apart and together`() throws {
    let path = try #require(RelativePath("a/b/c"))
    #expect(path.parent?.description == "a/b")
    #expect(path.lastComponent.elementsEqual("c".utf8))
    #expect(try #require(RelativePath("a")).parent == nil)
    #expect(path.parent?.appending("c".utf8) == path)
    #expect(path.isBelow(try #require(RelativePath("a"))))
    #expect(!path.isBelow(path))
    #expect(!(try #require(RelativePath("ab"))).isBelow(try #require(RelativePath("a"))))
  }
}
