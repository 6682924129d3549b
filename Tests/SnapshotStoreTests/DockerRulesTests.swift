import Foundation
import Primitives
import SnapshotStore
import Testing

/// The rules of a `.dockerignore` beside those of Docker's own client library, over trees and rules from a seed. What
/// the library is known to do otherwise than Docker stands in Tests/Support/ignore/docker_rules.py.
@Suite(.enabled(if: DockerLibrary.isHere)) struct `rules of Docker` {
  @Test func `mean what they mean to its client library`() throws {
    let random = SeededRandomSource(seed: 31)
    var sample = ContextSample(random)
    let cases = (0..<400).map { _ in sample.rulesAndPaths() }
    let answers = try DockerLibrary.leftOut(cases)
    try #require(answers.count == cases.count)
    #expect(answers.contains { !$0.isEmpty })
    for (index, (sample, expected)) in zip(cases, answers).enumerated() {
      let rules = ContextRules(file: Array(sample.rules.utf8))
      let ours = sample.paths.filter { path in RelativePath(path).map { rules.excludes($0) } ?? false }
      let difference = Set(ours).symmetricDifference(expected).sorted()
      #expect(difference.isEmpty, "seed 31, case \(index): \(difference) by \(sample.rules.debugDescription)")
    }
  }

  /// What is below a directory that is left out is looked at where a rule may take it again.
  @Test(arguments: [UInt64(41), 42, 43, 44]) func `take of a tree what they do not leave out`(seed: UInt64) throws {
    var sample = ContextSample(SeededRandomSource(seed: seed))
    let tree = try TemporaryDirectory()
    for _ in 0..<60 { try? tree.write([1], at: sample.path()) }
    let files = try taken(tree.path).filter { !$0.hasSuffix("/") }
    let rules = (0..<30).map { _ in sample.rules() }
    let answers = try DockerLibrary.leftOut(rules.map { ($0, files) })
    for (rules, expected) in zip(rules, answers) {
      let ours = try taken(tree.path) { $0.context = ContextRules(file: Array(rules.utf8)) }.filter {
        !$0.hasSuffix("/")
      }
      let difference = Set(files).subtracting(expected).symmetricDifference(ours).sorted()
      #expect(difference.isEmpty, "seed \(seed): \(difference) by \(rules.debugDescription)")
    }
  }
}

/// Paths and rules over a few short names, so that they meet.
private struct ContextSample {
  private let random: SeededRandomSource
  private static let names = ["a", "b", "ab", "a.b", "b.a", "c d", "aab", "a+b", "(a)", "x{1}"]
  private static let parts = [
    "a", "b", "ab", "*", "a*", "*b", "?", "??", "*.?", "[ab]", "[a-b]*", "a[.+]b", "c d", "a.b", "*a*b*", "a+b", "(a)",
    "x{1}", "**", "**", "a**", "**b",
  ]

  init(_ random: SeededRandomSource) {
    self.random = random
  }

  mutating func path() -> String { (0...number(4)).map { _ in pick(Self.names) }.joined(separator: "/") }

  mutating func rules() -> String {
    (0...number(5)).map { _ in rule() }.joined(separator: number(2) == 0 ? "\n" : "\r\n") + "\n"
  }

  mutating func rulesAndPaths() -> (rules: String, paths: [String]) {
    (rules(), (0..<20).map { _ in path() })
  }

  private mutating func rule() -> String {
    var parts = (0...number(3)).map { _ in pick(Self.parts) }
    if number(6) == 0 { parts.insert(".", at: number(parts.count)) }
    if number(8) == 0 { parts.insert(contentsOf: ["b", ".."], at: number(parts.count)) }
    if number(4) == 0 { parts.insert("", at: 0) }
    if number(4) == 0 { parts.append("") }
    return (number(3) == 0 ? "!" : "") + parts.joined(separator: "/") + pick(["", "", "", " ", "\t"])
  }

  private func number(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }

  private func pick(_ choices: [String]) -> String { choices[number(choices.count)] }
}

/// The package `docker`, installed where it is not.
private enum DockerLibrary {
  struct Failed: Error {
    let reason: String
  }

  private static let support = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Support")

  private static let python = Result {
    let path = try run("/bin/bash", [support.appendingPathComponent("venv.sh").path, "docker", "docker==7.1.0"])
    return String(decoding: path, as: UTF8.self).trimmingCharacters(in: .newlines)
  }

  /// Where tests must not be skipped it always is: then asking throws the reason.
  static let isHere: Bool = {
    guard case .failure(let error) = python else { return true }
    print("no package docker here, its tests are skipped: \(error)")
    return ProcessInfo.processInfo.environment["CI"] != nil
  }()

  static func leftOut(_ cases: [(rules: String, paths: [String])]) throws -> [Set<String>] {
    var input = Data()
    for (rules, paths) in cases {
      input += try JSONSerialization.data(withJSONObject: ["rules": rules, "paths": paths]) + Data("\n".utf8)
    }
    let script = support.appendingPathComponent("ignore/docker_rules.py").path
    let output = try run(python.get(), [script], input: input)
    return try String(decoding: output, as: UTF8.self).split(separator: "\n").map { line in
      Set(try JSONDecoder().decode([String].self, from: Data(line.utf8)))
    }
  }

  private static func run(_ program: String, _ arguments: [String], input: Data = Data()) throws -> Data {
    let folder = try TemporaryDirectory()
    let file = URL(fileURLWithPath: "\(folder.path)/input")
    try input.write(to: file)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardInput = try FileHandle(forReadingFrom: file)
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failed(reason: "\(program) ended with \(process.terminationStatus)")
    }
    return bytes
  }
}
