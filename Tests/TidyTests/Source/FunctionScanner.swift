/// Finds functions, initializers and subscripts with bodies, by their keyword and their braces.
struct FunctionScanner {
  struct Function: Sendable {
    /// The line of the keyword.
    let line: Int
    /// From that line to the closing brace, both counted.
    let lineCount: Int
  }

  static func functions(in file: TextFile) -> [Function] {
    ["func", "init", "deinit", "subscript"].flatMap { keyword in
      file.code.words(keyword).compactMap { start in function(at: start, keyword: keyword, in: file) }
    }
  }

  private static func function(at start: Int, keyword: String, in file: TextFile) -> Function? {
    let code = file.code
    // `self.init(…)` and `Type.init` are calls.
    guard start == 0 || code[start - 1] != UInt8(ascii: "."),
      let open = bodyStart(after: start + keyword.utf8.count, in: code),
      let close = bodyEnd(from: open, in: code)
    else { return nil }
    let line = file.line(at: start)
    return Function(line: line, lineCount: file.line(at: close) - line + 1)
  }

  /// The first `{` outside parentheses; nil where the declaration ends without one, as requirements do.
  private static func bodyStart(after start: Int, in code: [UInt8]) -> Int? {
    var depth = 0
    var word: [UInt8] = []
    for index in start..<code.count {
      let byte = code[index]
      if byte.isIdentifier {
        word.append(byte)
        continue
      }
      if depth == 0, endsDeclaration.contains(word) { return nil }
      word = []
      switch byte {
      case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "{") where depth == 0: return index
      case UInt8(ascii: "}"), UInt8(ascii: "@"), UInt8(ascii: ";"): if depth <= 0 { return nil }
      default: break
      }
      if depth < 0 { return nil }
    }
    return nil
  }

  private static func bodyEnd(from open: Int, in code: [UInt8]) -> Int? {
    var depth = 0
    for index in open..<code.count {
      if code[index] == UInt8(ascii: "{") { depth += 1 }
      if code[index] == UInt8(ascii: "}") { depth -= 1 }
      if depth == 0 { return index }
    }
    return nil
  }

  /// Words with which the next declaration begins, none of which can stand between a signature and its body.
  private static let endsDeclaration = Set(
    ["func", "init", "deinit", "subscript", "var", "let", "case", "associatedtype", "static", "mutating", "typealias"]
      .map { Array($0.utf8) }
  )
}
