import Foundation
import Testing

@Suite struct `the program in the README` {
  private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  @Test func `is the one that is compiled here`() throws {
    let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
    let program = try String(
      contentsOf: root.appendingPathComponent("Tests/ReadmeTests/Example.swift"), encoding: .utf8)
    #expect(readme.contains("```swift\n\(program)```"))
  }

  @Test func `snapshots a directory and syncs it`() async throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
      "readme-\(ProcessInfo.processInfo.processIdentifier)")
    defer { try? FileManager.default.removeItem(at: directory) }
    let words = directory.appendingPathComponent("words")
    try FileManager.default.createDirectory(at: words, withIntermediateDirectories: true)
    try Data("a word".utf8).write(to: words.appendingPathComponent("word"))
    let copy = directory.appendingPathComponent("copy")
    try await example(store: directory.appendingPathComponent("store").path, words: words.path, copy: copy.path)
    #expect(try Data(contentsOf: copy.appendingPathComponent("word")) == Data("a word".utf8))
  }
}
