extension Rule {
  static let swiftWidth = Rule(
    name: "Swift lines have at most 120 characters",
    why: "Two files fit side by side. Lines with a URL are excepted.",
    examples: [
      .bad("Sources/A/A.swift", "let a = 1\n" + String(repeating: "x", count: 121), lines: [2]),
      .good("Sources/A/A.swift", String(repeating: "é", count: 120)),
      .good("Sources/A/A.swift", "// https://example.org/" + String(repeating: "x", count: 120)),
      .good("docs/a.md", String(repeating: "x", count: 121)),
    ]
  ) { file, _ in
    guard file.isSwift else { return [] }
    return (1...max(1, file.lineCount)).compactMap { line in
      // Characters are never more than bytes, and counting bytes is cheap.
      guard file.byteCount(ofLine: line) > 120 else { return nil }
      let text = file.text(ofLine: line)
      guard text.count > 120, !text.contains("://") else { return nil }
      return file.finding(line, "\(text.count) characters")
    }
  }

  static let fileLength = Rule(
    name: "Swift files have at most 400 lines",
    why: "A file holds one aspect of one type; aim at 100 to 200 lines and split by aspect.",
    examples: [
      .bad("Sources/A/A.swift", String(repeating: "\n", count: 401)),
      .good("Sources/A/A.swift", String(repeating: "\n", count: 400)),
      .good("formats/pack.md", String(repeating: "\n", count: 401)),
    ]
  ) { file, _ in
    guard file.isSwift, file.lineCount > 400 else { return [] }
    return [file.finding(1, "\(file.lineCount) lines")]
  }

  static let functionLength = Rule(
    name: "functions have at most 70 lines",
    why: "A function is read as a whole; aim at 10 lines, split at 40.",
    examples: [
      .bad("Sources/A/A.swift", "\n" + function(lineCount: 71), lines: [2]),
      .bad("Sources/A/A.swift", "init(a: () -> Void = {})" + body(lineCount: 71)),
      .bad("Sources/A/A.swift", "func a()\nfunc b()" + body(lineCount: 71), lines: [2]),
      .bad("Sources/A/A.swift", "func a() { let s = \"}\" // }\n" + body(lineCount: 70) + "\n}"),
      .good("Sources/A/A.swift", function(lineCount: 70)),
      .good("Sources/A/A.swift", "protocol P {\n  func a()\n}\nstruct S" + body(lineCount: 80)),
      .good("Sources/A/A.swift", "func a() {\n  let s = \"\"\"\n    {\n    \"\"\"\n}\n" + body(lineCount: 80)),
    ]
  ) { file, _ in
    guard file.isSwift else { return [] }
    return FunctionScanner.functions(in: file).filter { $0.lineCount > 70 }.map {
      file.finding($0.line, "\($0.lineCount) lines")
    }
  }

  private static func function(lineCount: Int) -> String { "func f()" + body(lineCount: lineCount) }

  private static func body(lineCount: Int) -> String {
    " {\n" + String(repeating: "  work()\n", count: lineCount - 2) + "}"
  }
}
