package import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// Which part of a version a copy holds, as its user says it (formats/copy-state.md §6): lines of an ignore file, of
/// what is included.
package struct PartPatterns: Sendable, Equatable {
  /// Why patterns are none, in words.
  package struct Defect: Error, Sendable {
    package let reason: String
  }

  package let patterns: [String]
  private let rules: IgnoreRules

  /// Nil where the patterns include everything, whatever there is.
  package static func chosen(_ patterns: [String]) throws(Defect) -> PartPatterns? {
    guard (1...CopyState.Part.patternCountMax).contains(patterns.count) else {
      throw Defect(reason: "\(patterns.count) patterns where 1 to \(CopyState.Part.patternCountMax) are possible")
    }
    for pattern in patterns where !CopyState.Part.isPattern(pattern) {
      let limit = CopyState.Part.patternByteCountMax
      throw Defect(reason: "\(Printable.string(pattern)) is no pattern: one line of 1 to \(limit) bytes")
    }
    return includesEverything(patterns) ? nil : PartPatterns(patterns)
  }

  init(_ patterns: [String]) {
    self.patterns = patterns
    rules = IgnoreRules(patterns)
  }

  private static let everything: Set = ["*", "**", "/*", "/**"]

  /// Only of what surely does: what is taken back again by a later pattern is not looked at.
  private static func includesEverything(_ patterns: [String]) -> Bool {
    guard let index = patterns.lastIndex(where: everything.contains) else { return false }
    return !patterns[(index + 1)...].contains { $0.hasPrefix("!") }
  }

  /// Whether the patterns match a path, or a directory above it.
  package func includes(_ path: RelativePath, isDirectory: Bool) -> Bool {
    rules.includes(path, isDirectory: isDirectory)
  }

  /// Whether a file may be in the part: it is included, or an ignore file, which comes with its directory.
  func mayInclude(_ file: RelativePath) -> Bool {
    file.isIgnoreFile || includes(file, isDirectory: false)
  }

  /// Whether they match the path itself.
  func match(_ path: RelativePath, isDirectory: Bool) -> Bool {
    rules.verdict(on: path.bytes[...], isDirectory: isDirectory) == true
  }

  /// As they were given to the command line. Safe to print.
  package var text: String { PartPatterns.text(of: patterns) }

  /// The same of patterns that nobody has read as rules.
  package static func text(of patterns: [String]) -> String {
    patterns.map { "--include '\(Printable.string($0))'" }.joined(separator: " ")
  }
}

extension RelativePath {
  var isIgnoreFile: Bool { lastComponent.elementsEqual(IgnoreRules.fileName.utf8) }
}
