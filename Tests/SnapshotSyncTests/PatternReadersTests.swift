import Foundation
import Primitives
import SnapshotSync
import Testing

/// Patterns of every kind of piece, and paths they may speak of, from a seed.
private struct PatternSamples {
  let patterns: [[String]]
  let paths: [String]

  private static let pieces = [
    "*", "**", "***", "?", "a", "b", "-", "/", "/", "\\", "[", "]", "[!", "[^", "[a-b]", "[:alpha:]", "[[:digit:]]",
    "[[:x:]]", "[]a]", "!", "^", ":", "#", "0", ".", "**/", "/**", "/**/", "**\\/", "[a-", "\\]", "[\\-a]", "[[:]",
    "[:", "{", "B",
  ]
  private static let names = [
    "a", "b", "ab", "a-b", "-", "\\", "[", "]", "!", "^", ":", "#a", "0", "a.b", "B", "a]", "[:", " a", "{",
  ]

  init(seed: UInt64) {
    let random = SeededRandomSource(seed: seed)
    func number(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
    func joined(_ parts: [String], upTo count: Int, by separator: String) -> String {
      (0...number(count)).map { _ in parts[number(parts.count)] }.joined(separator: separator)
    }
    patterns = (0..<1_000).map { _ in
      (0...number(4) / 3).map { _ in joined(Self.pieces, upTo: 6, by: "") }
    }
    paths = (0..<40).map { _ in joined(Self.names, upTo: 4, by: "/") }
  }

  /// A line for each list of patterns, a digit for each path: whether it is included.
  func engine() throws -> [String] {
    let paths = try paths.map { try #require(RelativePath(Array($0.utf8))) }
    return try patterns.map { patterns in
      guard let rules = try PartPatterns.chosen(patterns) else { return String(repeating: "1", count: paths.count) }
      return paths.map { rules.includes($0, isDirectory: false) ? "1" : "0" }.joined()
    }
  }
}

/// Those who read patterns besides the engine.
private enum OtherReaders {
  static let gitIsThere = FileManager.default.isExecutableFile(atPath: "/usr/bin/git")
  static let pythonIsThere = FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")

  /// The reader of formats/; of what it imports for other ends nothing need be there.
  private static let script = """
    import json, sys, types
    sys.dont_write_bytecode = True
    sys.modules["zstandard"] = types.ModuleType("zstandard")
    sys.path.insert(0, sys.argv[1])
    from snap.patterns import Part
    samples = json.load(open("samples"))
    def includes(part, path):
        parts = path.encode().split(b"/")
        return any(part._matches(b"/".join(parts[:n]), n < len(parts)) for n in range(1, len(parts) + 1))
    for patterns in samples["patterns"]:
        part = Part(patterns)
        print("".join("01"[includes(part, path)] for path in samples["paths"]))
    """

  static func python(_ samples: PatternSamples, in fixture: Fixture) throws -> [String] {
    let object: [String: Any] = ["patterns": samples.patterns, "paths": samples.paths]
    try JSONSerialization.data(withJSONObject: object).write(to: URL(fileURLWithPath: "\(fixture.root)/samples"))
    try fixture.write(Array(script.utf8), "script", in: fixture.root)
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let reader = root.deletingLastPathComponent().appendingPathComponent("formats/reader").path
    try fixture.shell("/usr/bin/python3 script '\(reader)' > answers")
    let answers = try String(contentsOf: URL(fileURLWithPath: "\(fixture.root)/answers"), encoding: .utf8)
    return answers.split(separator: "\n").map(String.init)
  }

  /// All in one run: the patterns are those of a directory each.
  static func git(_ samples: PatternSamples, in fixture: Fixture) throws -> [String] {
    var asked = ""
    for (index, patterns) in samples.patterns.enumerated() {
      let lines = Array(patterns.map { $0 + "\n" }.joined().utf8)
      try fixture.write(lines, "git/\(index)/.gitignore", in: fixture.root)
      for path in samples.paths { asked += "\(index)/\(path)\0" }
    }
    try fixture.write(Array(asked.utf8), "asked", in: fixture.root)
    try fixture.shell(
      """
      export HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1
      /usr/bin/git init -q git
      /usr/bin/git -C git check-ignore --no-index --stdin -z < asked > answers
      """)
    let answers = try Data(contentsOf: URL(fileURLWithPath: "\(fixture.root)/answers"))
    let matched = Set(String(decoding: answers, as: UTF8.self).split(separator: "\0").map(String.init))
    return samples.patterns.indices.map { index in
      samples.paths.map { matched.contains("\(index)/\($0)") ? "1" : "0" }.joined()
    }
  }

  /// Lines that begin with `#` are comments to git; and git 2.39 takes `a**/b` for `a` and then `**/b`.
  static func areGits(_ patterns: [String]) -> Bool {
    patterns.allSatisfy { !$0.hasPrefix("#") && $0.firstMatch(of: /[^\/*]\*\*/) == nil }
  }
}

@Suite struct `patterns of parts` {
  @Test(.enabled(if: OtherReaders.pythonIsThere), arguments: Array(UInt64(1)...3))
  func `are read by the independent reader as they are by the engine`(seed: UInt64) throws {
    let samples = PatternSamples(seed: seed)
    let (engine, python) = (try samples.engine(), try OtherReaders.python(samples, in: try Fixture()))
    #expect(engine.count == python.count && engine.contains { $0.contains("1") })
    for (patterns, (mine, other)) in zip(samples.patterns, zip(engine, python)) where mine != other {
      Issue.record("seed \(seed): \(patterns): \(mine), the reader \(other), of \(samples.paths)")
    }
  }

  @Test(.enabled(if: OtherReaders.gitIsThere), arguments: Array(UInt64(1)...3))
  func `are read by git as they are by the engine`(seed: UInt64) throws {
    let samples = PatternSamples(seed: seed)
    let (engine, git) = (try samples.engine(), try OtherReaders.git(samples, in: try Fixture()))
    for (patterns, (mine, other)) in zip(samples.patterns, zip(engine, git))
    where mine != other && OtherReaders.areGits(patterns) {
      Issue.record("seed \(seed): \(patterns): \(mine), git \(other), of \(samples.paths)")
    }
  }
}
