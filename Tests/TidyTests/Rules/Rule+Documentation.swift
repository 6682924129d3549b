extension Rule {
  static let publicDocumentation = Rule(
    name: "public declarations are documented",
    why: "`public` is what the documentation promises: first sentence, what fails, what holds afterwards.",
    examples: [
      .bad("Sources/A/A.swift", "// a comment\npublic struct A {\n  static public let b = 1\n}", lines: [2, 3]),
      .bad("Sources/A/A.swift", "/// Old.\n\n@inlinable\npublic func a() {}", lines: [4]),
      .bad("Sources/A/A.swift", "@frozen public enum A {}"),
      .good("Sources/A/A.swift", "/// A.\n@available(\n  macOS 10, *\n)\n@inlinable public func a() {}"),
      .good("Sources/A/A.swift", "/**\n A.\n */\npublic let a = 1"),
      .good("Sources/A/A.swift", "public import Catalog\npackage let a = 1\n// public let b"),
      .good(
        "Sources/A/A.swift", "public static func < (a: A, b: A) -> Bool {}\npublic var description: String { \"\" }"),
      .bad("Sources/A/A.swift", "public var descriptionCount: Int"),
      .good("Tests/ATests/A.swift", "public let a = 1"),
    ]
  ) { file, _ in
    guard file.isSwift, file.target != nil else { return [] }
    let isPublic = !file.code.words("public").isEmpty || !file.code.words("open").isEmpty
    let code = isPublic ? file.codeLines : []
    return code.indices.filter { isPublicDeclaration(code[$0]) && !isDocumented($0, code: code, in: file) }
      .map { file.finding($0 + 1, "undocumented: \(code[$0].drop { $0 == " " })") }
  }

  /// Whether `public` or `open` stands among the modifiers with which the line begins.
  private static func isPublicDeclaration(_ line: String) -> Bool {
    let words = line.split(separator: " ")
    guard let access = words.firstIndex(where: { $0 == "public" || $0 == "open" }) else { return false }
    return words[..<access].allSatisfy { $0.hasPrefix("@") || $0.hasSuffix(")") || modifiers.contains($0) }
      && access + 1 < words.count && !["import", "extension"].contains(words[access + 1])
      && !inherited.contains { "\(line) ".contains(" \($0)") }
  }

  /// Whether a documentation comment stands right above, but for attributes and conditions.
  private static func isDocumented(_ index: Int, code: [String], in file: TextFile) -> Bool {
    var openParentheses = 0
    for above in stride(from: index - 1, through: 0, by: -1) {
      let text = file.text(ofLine: above + 1).drop { $0 == " " }
      if text.hasPrefix("///") || text.hasSuffix("*/") { return true }
      openParentheses += code[above].filter { $0 == ")" }.count - code[above].filter { $0 == "(" }.count
      let isAttribute = text.hasPrefix("@") || text.hasPrefix("#") || text.hasPrefix(")") || openParentheses > 0
      if !isAttribute { return false }
    }
    return false
  }

  /// Witnesses of the standard library's protocols: documented there, and nothing to add.
  private static let inherited = [
    "func == ", "func < ", "func hash(into hasher:", "var description:", "var debugDescription:",
  ]

  private static let modifiers: Set<Substring> = [
    "static", "final", "class", "override", "mutating", "nonmutating", "consuming", "borrowing", "indirect", "lazy",
    "required", "convenience", "nonisolated", "prefix", "postfix", "infix", "weak", "isolated", "distributed", "async",
  ]
}
