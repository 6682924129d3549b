import Testing

/// One promise the checkout keeps: what it is called, why it is kept, and how a file breaks it.
///
/// A rule carries its own proof: `examples` holds files that break it and files that keep it, and the suite checks
/// both. A rule that cannot fail is worthless.
struct Rule: Sendable, CustomTestStringConvertible {
  let name: String
  let why: String
  let examples: [Example]
  let check: @Sendable (TextFile, Checkout) -> [Finding]

  var testDescription: String { name }

  static let all: [Rule] =
    [.swiftWidth, .fileLength, .functionLength, .importDirection, .publicDocumentation]
    + [.oneHeading, .linksResolve, .noMachinePaths, .noRegistryHosts, .noMarkers, .noBuildProducts]
    + bannedWords
}

/// A place where a rule is broken.
struct Finding: Sendable, Hashable, CustomStringConvertible {
  let path: String
  let line: Int
  let message: String

  var description: String { "\(path):\(line): \(message)" }
}

/// A file made up to show what a rule finds: the lines it must name, none for a file that keeps the rule.
struct Example: Sendable {
  let path: String
  let text: String
  let lines: [Int]
  /// Other files of the imagined checkout.
  let beside: [String]

  static func bad(_ path: String, _ text: String, lines: [Int] = [1], beside: [String] = []) -> Example {
    Example(path: path, text: text, lines: lines, beside: beside)
  }

  static func good(_ path: String, _ text: String, beside: [String] = []) -> Example {
    Example(path: path, text: text, lines: [], beside: beside)
  }

  /// The lines `rule` finds in this file, in order, each once.
  func foundLines(by rule: Rule) -> [Int] {
    let file = TextFile(path: path, bytes: Array(text.utf8))
    let others = beside.map { TextFile(path: $0, bytes: []) }
    return Set(rule.check(file, Checkout(files: [file] + others)).map(\.line)).sorted()
  }
}
