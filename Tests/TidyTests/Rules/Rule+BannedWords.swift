extension Rule {
  /// One rule per word, so that each fails under its own name.
  static let bannedWords = BannedWord.all.map { banned in
    Rule(
      name: "no \(banned.word)",
      why: "Instead: \(banned.instead).",
      examples: [
        .bad("Sources/Catalog/A.swift", "\n\(banned.bad)", lines: [2]),
        .good("Sources/Catalog/A.swift", banned.good),
        .good("Sources/Catalog/A.swift", "let text = \"\(banned.word)\" // \(banned.word)"),
      ] + banned.allowedIn.map { .good($0 + "A.swift", banned.bad) }
    ) { file, _ in
      guard file.isSwift, !banned.allowedIn.contains(where: file.path.hasPrefix) else { return [] }
      return file.code.words(banned.word)
        .filter { !banned.isRight(at: $0, in: file) }
        .map { file.finding(file.line(at: $0), "instead of `\(banned.word)`: \(banned.instead)") }
    }
  }
}

extension BannedWord {
  fileprivate func isRight(at offset: Int, in file: TextFile) -> Bool {
    if let unless, arguments(from: offset, in: file.code).contains(unless) { return true }
    return excusedByReason && hasReason(line: file.line(at: offset), in: file)
  }

  /// The code within the parentheses that open at or after `offset`.
  private func arguments(from offset: Int, in code: [UInt8]) -> String {
    var depth = 0
    let inside = code[offset...].drop { $0 != UInt8(ascii: "(") }.prefix { byte in
      if byte == UInt8(ascii: "(") { depth += 1 }
      if byte == UInt8(ascii: ")") { depth -= 1 }
      return depth > 0
    }
    return String(decoding: inside, as: UTF8.self)
  }

  /// A reason stands on the line itself or in the comment that ends right above it.
  private func hasReason(line: Int, in file: TextFile) -> Bool {
    let mark = "// Safe: "
    if file.text(ofLine: line).contains(mark) { return true }
    var above = line - 1
    while above > 0 {
      let text = file.text(ofLine: above).drop { $0 == " " }
      guard text.hasPrefix("//") else { return false }
      if text.contains(mark) { return true }
      above -= 1
    }
    return false
  }
}
