package import Primitives

/// The rules of a `.dockerignore`, as Docker reads them; all of them from the root of the context.
///
/// - The last rule that matches a path, or a directory above it, decides.
/// - A rule with `!` takes what was left out, below a directory that was left out too.
package struct ContextRules: Sendable, Equatable {
  private struct Rule: Sendable, Equatable {
    let pattern: PathPattern
    let takes: Bool
  }

  private let rules: [Rule]

  /// The rules of a file's bytes.
  package init(file bytes: [UInt8]) {
    let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    rules = bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
      line.first == UInt8(ascii: "#") ? nil : ContextRules.rule(line)
    }
  }

  /// Whether a path is left out.
  package func excludes(_ path: RelativePath) -> Bool {
    let above = path.bytes.indices.filter { path.bytes[$0] == slash }.map { path.bytes[..<$0] }
    var isExcluded = false
    for rule in rules where rule.takes == isExcluded {
      if rule.pattern.matches(path.bytes[...]) || above.contains(where: rule.pattern.matches) {
        isExcluded = !rule.takes
      }
    }
    return isExcluded
  }

  /// Whether a rule may take something below a directory.
  package func mayTake(below directory: RelativePath) -> Bool {
    let beginning = directory.bytes + [slash]
    return rules.contains { rule in
      guard rule.takes else { return false }
      let prefix = rule.pattern.literalPrefix
      return prefix.starts(with: beginning) || beginning.starts(with: prefix)
    }
  }

  private static func rule(_ line: ArraySlice<UInt8>) -> Rule? {
    var line = trimmed(line)
    let takes = line.first == UInt8(ascii: "!")
    if takes { line = trimmed(line.dropFirst()) }
    guard line.count <= IgnoreRules.ruleByteCountMax, let path = cleaned(line) else { return nil }
    return Rule(pattern: GlobParser.parse(path, .docker), takes: takes)
  }

  private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
    var line = line.drop(while: isSpace)
    while let last = line.last, isSpace(last) { line.removeLast() }
    return line
  }

  /// Without `.`, `..` and superfluous slashes; nil where nothing in the context is meant.
  private static func cleaned(_ line: ArraySlice<UInt8>) -> [UInt8]? {
    var components: [ArraySlice<UInt8>] = []
    for component in line.split(separator: slash) where !component.elementsEqual(".".utf8) {
      guard component.elementsEqual("..".utf8) else {
        components.append(component)
        continue
      }
      guard components.popLast() != nil || line.first == slash else { return nil }
    }
    return components.isEmpty ? nil : Array(components.joined(separator: [slash]))
  }
}

private let slash = UInt8(ascii: "/")
