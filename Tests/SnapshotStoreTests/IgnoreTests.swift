import Foundation
import Primitives
import SnapshotStore
import Testing

/// What a `TreeInput` takes of a directory: files and links, and directories with `/` behind them.
func taken(_ path: String, _ change: (inout PathFilter) -> Void = { _ in }) throws -> [String] {
  var filter = PathFilter()
  change(&filter)
  var paths: [String] = []
  try TreeInput(path: path, filter: filter).forEach { path, entry throws(StoreError) in
    if case .directory = entry { paths.append("\(path)/") } else { paths.append("\(path)") }
  }
  return paths
}

extension TemporaryDirectory {
  /// Writes files of one byte, and ignore files of the text behind `=`.
  func fill(_ files: String...) throws {
    for file in files {
      let parts = file.split(separator: "=", maxSplits: 1)
      try write(parts.count == 2 ? Array(parts[1].utf8) : [1], at: String(parts[0]))
    }
  }
}

@Suite struct `ignore files` {
  @Test func `cannot take what is below a directory that is left out`() throws {
    let tree = try TemporaryDirectory()
    try tree.fill(".snapignore=out\n!out/kept\n", "out/kept", "out/.snapignore=!kept\n", "in/x")
    #expect(try taken(tree.path) == [".snapignore", "in/", "in/x"])
  }

  @Test func `of too many bytes are refused by name`() throws {
    let tree = try TemporaryDirectory()
    try tree.write([UInt8](repeating: 10, count: IgnoreRules.byteCountMax + 1), at: "a/.snapignore")
    let error = #expect(throws: StoreError.self) { try taken(tree.path) }
    guard case .invalid(let reason)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.contains("a/.snapignore"))
  }

  @Test func `that are links or directories have no rules`() throws {
    let tree = try TemporaryDirectory()
    try tree.fill("rules=x\n", "x", "a/.snapignore/y", "a/y")
    try FileManager.default.createSymbolicLink(atPath: "\(tree.path)/.snapignore", withDestinationPath: "rules")
    #expect(try taken(tree.path) == [".snapignore", "a/", "a/.snapignore/", "a/.snapignore/y", "a/y", "rules", "x"])
  }

  @Test func `nearer ones are stronger, and a named one is the weakest`() throws {
    let tree = try TemporaryDirectory()
    try tree.fill(
      ".snapignore=*.log\n", "a/.snapignore=!b.log\n/only\n", "a/b.log", "a/c.log", "a/only", "a/d/only", "d.log")
    try tree.fill("b.tmp", "a/b.tmp", "e/.snapignore=!b.tmp\n", "e/b.tmp")
    let paths = try taken(tree.path) { $0.ignoreFile = IgnoreRules(file: Array("*.tmp\n!*.log\n".utf8)) }
    #expect(
      paths == [
        ".snapignore", "a/", "a/.snapignore", "a/b.log", "a/d/", "a/d/only", "e/", "e/.snapignore", "e/b.tmp",
      ])
    #expect(try taken(tree.path) { $0.excludes = IgnoreRules(["*", "!d.log"]) } == ["d.log"])
  }

  @Test func `rules of what is included are of files, wherever they are`() throws {
    let tree = try TemporaryDirectory()
    try tree.fill("a/x.bin", "a/y", "b/c/y", "b/d/y", "z.bin")
    #expect(
      try taken(tree.path) { $0.includes = IgnoreRules(["*.bin", "b/c/"]) } == [
        "a/", "a/x.bin", "b/", "b/c/", "b/c/y", "b/d/", "z.bin",
      ])
  }

  /// Ignore files from a seed, over a tree from the same; git says what each path comes to.
  @Test(.enabled(if: Git.isThere), arguments: [UInt64(1), 2, 3, 4, 5, 6])
  func `mean what they mean to git`(seed: UInt64) throws {
    let random = SeededRandomSource(seed: seed)
    let tree = try TemporaryDirectory()
    var sample = PatternSample(random)
    for _ in 0..<60 { try? tree.write([1], at: sample.path()) }
    var rules: [String: String] = [:]
    for directory in ["", "a/", "b/", "a/b/"] where directory.isEmpty || sample.flip() {
      let text = (0..<8).map { _ in sample.rule() }.joined(separator: sample.flip() ? "\n" : "\r\n")
      rules[directory] = text
      for name in [".gitignore", ".snapignore"] { try? tree.write(Array(text.utf8), at: directory + name) }
    }
    let ours = Set(try taken(tree.path).filter { !$0.hasSuffix("/") && !$0.hasSuffix("ignore") })
    let git = try Git.untracked(tree.path).filter { !$0.hasSuffix("ignore") }
    let difference = ours.symmetricDifference(git).sorted()
    #expect(difference.isEmpty, "seed \(seed): \(difference) by \(rules)")
  }
}

@Suite struct `a context's ignore file` {
  private func excluded(_ rules: String, _ paths: String...) -> [String] {
    let rules = ContextRules(file: Array(rules.utf8))
    return paths.filter { rules.excludes(RelativePath($0)!) }
  }

  @Test func `of rules that mean nothing leaves nothing out`() {
    #expect(excluded("# a\n\n  \n.\n/\n..\n../a\n!\n[\n", "a", "b/a").isEmpty)
  }

  @Test func `anchors every rule, lets the last one win, and takes again below what is left out`() {
    #expect(excluded("a\n", "a", "a/x", "b/a") == ["a", "a/x"])
    #expect(excluded("/a/\n", "a", "a/x") == ["a", "a/x"])
    #expect(excluded("**/a\n", "a", "b/a", "b/c/a/x", "ba") == ["a", "b/a", "b/c/a/x"])
    #expect(excluded("a/**\n", "a", "a/x", "a/x/y") == ["a/x", "a/x/y"])
    #expect(
      excluded("*\n!src\n!*.md\nsrc/tmp\n", "x", "src", "src/x", "src/tmp/y", "a.md", "b/a.md") == [
        "x", "src/tmp/y", "b/a.md",
      ])
    #expect(
      excluded("*.md\n!README*.md\nREADME-secret.md\n", "a.md", "README.md", "README-secret.md") == [
        "a.md", "README-secret.md",
      ])
    #expect(excluded("a?c\n[^x]z\n  b/./c/../d  \n", "abc", "ac", "yz", "xz", "b/d", "b/c") == ["abc", "yz", "b/d"])
    #expect(excluded("# c\n \\#x\n", "#x", "# c") == ["#x"])
  }

  @Test func `keeps the directories above what it takes again, in order, and no others`() throws {
    let tree = try TemporaryDirectory()
    try tree.fill("out/deep/kept", "out/deep/x", "out/other/x", "out-x", "out.d/x", "in")
    let paths = try taken(tree.path) { filter in
      filter.context = ContextRules(file: Array("*\n!in\n!out/deep/kept\n!**/nothing\n".utf8))
    }
    #expect(paths == ["in", "out/", "out/deep/", "out/deep/kept"])
  }
}

/// Paths and rules over a few short names, so that they meet.
struct PatternSample {
  private let random: SeededRandomSource
  private static let names = ["a", "b", "ab", "a.b", "b.a", "c d", "[a]", "#x", "!y", "aab"]
  private static let parts = [
    "a", "b", "ab", "*", "a*", "*b", "?", "??", "*.?", "[ab]", "[!a]", "[a-b]*", "[^b]?", "[[:alpha:]]", "c d", "c\\ d",
    "\\[a\\]", "[[]a]", "\\#x", "#x", "!y", "\\!y", "a\\", "[", "[a", "*a*b*", "[]-a]",
  ]

  init(_ random: SeededRandomSource) {
    self.random = random
  }

  mutating func flip() -> Bool { random.next() % 2 == 0 }

  mutating func path() -> String {
    (0...(random.next() % 4)).map { _ in pick(PatternSample.names) }.joined(separator: "/")
  }

  mutating func rule() -> String {
    var parts = (0...(random.next() % 3)).map { _ in random.next() % 5 == 0 ? "**" : pick(PatternSample.parts) }
    if random.next() % 4 == 0 { parts.insert("", at: 0) }
    if random.next() % 4 == 0 { parts.append("") }
    let ends = ["", "", "", " ", "  ", "\\ "]
    return (random.next() % 3 == 0 ? "!" : "") + parts.joined(separator: "/") + pick(ends)
  }

  private func pick(_ choices: [String]) -> String { choices[Int(random.next() % UInt64(choices.count))] }
}

/// git, where it is.
enum Git {
  static let isThere = FileManager.default.isExecutableFile(atPath: "/usr/bin/git")

  /// The files of a directory that its ignore files do not leave out.
  static func untracked(_ path: String) throws -> Set<String> {
    _ = try run(["init", "-q", path])
    let listed = try run(["-C", path, "ls-files", "--others", "--exclude-per-directory=.gitignore", "-z"])
    try FileManager.default.removeItem(atPath: "\(path)/.git")
    return Set(String(decoding: listed, as: UTF8.self).split(separator: "\0").map(String.init))
  }

  private static func run(_ arguments: [String]) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/git")
    process.arguments = arguments
    process.environment = ["HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return bytes
  }
}
