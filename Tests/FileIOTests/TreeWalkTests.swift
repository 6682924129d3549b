import FileIO
import Glibc
import Primitives
import TestFiles
import Testing

@Suite struct TreeWalkTests {
  private let temporary: TemporaryDirectory

  init() throws {
    temporary = try TemporaryDirectory()
  }

  private func paths(_ walk: consuming TreeWalk) throws -> [String] {
    var paths: [String] = []
    while let entry = try walk.next() { paths.append(entry.path.description) }
    return paths
  }

  @Test func `a directory and what is in it stand apart where names come between`() throws {
    let directory = try temporary.open()
    for name in ["a", "a-b"] { try directory.makeDirectory(try LocalPath(checking: name)) }
    for name in ["a/x", "a-b/y", "a.txt", "a0"] { try directory.write("", to: try LocalPath(checking: name)) }
    #expect(try paths(TreeWalk(temporary.open())) == ["a", "a-b", "a-b/y", "a.txt", "a/x", "a0"])
  }

  @Test func `links are named and not followed, what cannot be kept is told`() throws {
    let directory = try temporary.open()
    try directory.makeSymbolicLink(.local("link"), target: Array("/etc".utf8))
    try directory.makeSymbolicLink(.local("loop"), target: Array(".".utf8))
    unsafe mkfifo(temporary.path + "/fifo", 0o600)
    var walk = try TreeWalk(temporary.open())
    #expect(try walk.next()?.content == .unsupported(.fifo))
    #expect(try walk.next()?.content == .symbolicLink(target: Array("/etc".utf8)))
    #expect(try walk.next()?.content == .symbolicLink(target: Array(".".utf8)))
    #expect(try walk.next() == nil)
    #expect(try walk.next() == nil)
  }

  @Test func `the engine's directory is left out at the root and only there`() throws {
    let directory = try temporary.open()
    for name in [".snapctl", "a", "a/.snapctl"] { try directory.makeDirectory(try LocalPath(checking: name)) }
    try directory.write("", to: .local(".snapctl/state"))
    try directory.write("", to: .local(".snapctl2"))
    #expect(try paths(TreeWalk(temporary.open())) == [".snapctl2", "a", "a/.snapctl"])
  }

  @Test func `an empty tree has no entries`() throws {
    #expect(try paths(TreeWalk(temporary.open())).isEmpty)
  }

  @Test func `a subtree may be left out`() throws {
    let directory = try temporary.open()
    for name in ["a", "a/b", "c"] { try directory.makeDirectory(try LocalPath(checking: name)) }
    for name in ["a/b/x", "a/y", "a-z", "c/x"] { try directory.write("", to: try LocalPath(checking: name)) }
    var walk = try TreeWalk(temporary.open())
    var seen: [String] = []
    while let entry = try walk.next() {
      seen.append(entry.path.description)
      if entry.path.description == "a" { walk.skipBelow(entry) }
    }
    #expect(seen == ["a", "a-z", "c", "c/x"])
  }

  @Test func `what vanishes during the walk is left out`() throws {
    let directory = try temporary.open()
    for name in ["a", "b", "c"] { try directory.makeDirectory(try LocalPath(checking: name)) }
    try directory.write("", to: .local("b/x"))
    var walk = try TreeWalk(temporary.open())
    #expect(try walk.next()?.path.description == "a")
    #expect(try walk.next()?.path.description == "b")
    try directory.removeTree(.local("b"))
    #expect(try walk.next()?.path.description == "c")
    #expect(try walk.next() == nil)
  }

  @Test func `a file that cannot be listed stops the walk with its name`() throws {
    let directory = try temporary.open()
    try directory.makeDirectory(.local("a"))
    var walk = try TreeWalk(temporary.open())
    _ = try walk.next()
    let log = CallLog()
    do {
      _ = try SystemCallHook.during(decide: { call, path in
        _ = log.note(call, path)
        return call == .list ? .fail(errno: EIO) : nil
      }) { try walk.next() }
      Issue.record("the walk went on")
    } catch {
      #expect((error as? FileError)?.path == "\(temporary.path)/a")
    }
  }

  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func `any tree comes in the byte order of its paths`(seed: UInt64) throws {
    let random = SeededRandomSource(seed: seed)
    let directory = try temporary.open()
    // Characters on both sides of the slash, so that the order by components would be another.
    let alphabet = Array("ab-./0~\u{7F}".utf8).filter { $0 != UInt8(ascii: "/") } + [0x01, 0xFF]
    var directories: [RelativePath] = []
    var expected: [RelativePath] = []
    for _ in 0..<200 {
      let name = (0..<(1 + random.next() % 3)).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
      // Nil, the root, for one in so many.
      let index = Int(random.next() % UInt64(directories.count + 1))
      let parent = index < directories.count ? directories[index] : nil
      guard let path = parent.map({ $0.appending(name) }) ?? RelativePath(name) else { continue }
      guard !expected.contains(path) else { continue }
      if random.next() % 2 == 0 {
        try directory.makeDirectory(path)
        directories.append(path)
      } else {
        try directory.write("", to: path)
      }
      expected.append(path)
    }
    var walk = try TreeWalk(temporary.open())
    var seen: [RelativePath] = []
    while let entry = try walk.next() { seen.append(entry.path) }
    #expect(seen == expected.sorted())
  }
}
