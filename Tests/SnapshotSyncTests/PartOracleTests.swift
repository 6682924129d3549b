import Foundation
import Primitives
import SnapshotSync
import Testing

/// git, where it is: what it would ignore by the patterns is what a part includes.
private enum Git {
  static let isThere = FileManager.default.isExecutableFile(atPath: "/usr/bin/git")

  static func matched(_ patterns: [String], in fixture: Fixture) throws -> [String] {
    try fixture.write(Array(patterns.map { $0 + "\n" }.joined().utf8), "patterns", in: fixture.root)
    try fixture.shell(
      """
      export HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1
      /usr/bin/git init -q source
      /usr/bin/git -C source ls-files --others --ignored --exclude-from=../patterns -z > listed
      rm -rf source/.git
      """)
    let listed = try Data(contentsOf: URL(fileURLWithPath: "\(fixture.root)/listed"))
    return String(decoding: listed, as: UTF8.self).split(separator: "\0").map(String.init).sorted()
  }
}

/// Trees, patterns and the order of syncs from a seed.
private struct PartSample {
  private let random: SeededRandomSource
  private static let names = ["a", "b", "ab", "a-b", "a.b", "c d", "x.npy", "y.npy"]
  private static let parts = ["a", "b", "*", "a*", "*b", "?", "*.npy", "[ab]", "[!a]*", "a-b", "c d", "x.npy"]

  init(seed: UInt64) { random = SeededRandomSource(seed: seed) }

  func number(below limit: Int) -> Int { Int(random.next() % UInt64(limit)) }

  func path() -> String {
    (0...number(below: 4)).map { _ in Self.names[number(below: Self.names.count)] }.joined(separator: "/")
  }

  func pattern() -> String {
    var parts = (0...number(below: 3)).map { _ in
      number(below: 6) == 0 ? "**" : Self.parts[number(below: Self.parts.count)]
    }
    if number(below: 4) == 0 { parts.insert("", at: 0) }
    if number(below: 4) == 0 { parts.append("") }
    return (number(below: 5) == 0 ? "!" : "") + parts.joined(separator: "/")
  }
}

@Suite struct `the part that patterns include` {
  /// From part to part and version to version, in whatever style, what stands there is what git says.
  @Test(
    .enabled(if: Git.isThere), arguments: Array(UInt64(1)...4), [SyncRequest.Style.exchange, .inPlace, .generations])
  func `is what git would ignore by them`(seed: UInt64, style: SyncRequest.Style) throws {
    let fixture = try Fixture()
    let sample = PartSample(seed: seed)
    for _ in 0..<60 {
      try? fixture.write(seededBytes(sample.number(below: 3_000), seed: seed), sample.path())
    }
    try fixture.create()
    try fixture.shell("cp -a source first")
    for _ in 0..<10 { try? fixture.write(seededBytes(2_000, seed: seed + 1), sample.path()) }
    try fixture.create()
    try fixture.shell("cp -a source second")
    for round in 0..<12 {
      let patterns = (0...sample.number(below: 3)).map { _ in sample.pattern() }
      let version = 1 + sample.number(below: 2)
      try fixture.shell("rm -rf source; cp -a \(version == 1 ? "first" : "second") source")
      let expected = try Git.matched(patterns, in: fixture)
      let note: Comment = "seed \(seed), round \(round): \(patterns)"
      do throws(SyncError) {
        try sync(fixture, UInt64(version), patterns, style)
      } catch {
        // An empty directory that matches is all there may be.
        guard case .nothingIncluded = error else { throw error }
        #expect(expected.isEmpty, note)
        continue
      }
      let tree = style == .generations ? "\(fixture.copy)/current/" : fixture.copy
      #expect(try files(tree) == expected, note)
      #expect(try emptyDirectories(tree).isEmpty, note)
    }
  }

  private func sync(
    _ fixture: Fixture, _ version: UInt64, _ patterns: [String], _ style: SyncRequest.Style
  ) throws(SyncError) {
    do {
      let result = try fixture.sync(version, including: patterns) { $0.style = style }.result
      #expect(result.localChangesReverted == 0, "\(result.localChanges)")
    } catch let error as SyncError {
      throw error
    } catch {
      throw .timedOut("\(error)")
    }
  }

  private func files(_ path: String) throws -> [String] {
    try entries(path).filter { names(in: "\(path)/\($0)") == nil }
  }

  private func emptyDirectories(_ path: String) throws -> [String] {
    try entries(path).filter { names(in: "\(path)/\($0)")?.isEmpty == true }
  }

  private func entries(_ path: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: path).filter { !$0.hasPrefix(".snapctl") }.sorted()
  }

  /// Nil where there is no directory.
  private func names(in path: String) -> [String]? { try? FileManager.default.contentsOfDirectory(atPath: path) }
}
