/// Blanks what is not code in Swift source: comments, string literals, extended regex literals, raw identifiers.
///
/// Newlines stay, so offsets and lines are those of the source. Code inside `\( )` counts as code. Bare regex literals
/// (`/…/`) are taken as code: the house writes them `#/…/#`.
struct CodeMask {
  private let source: [UInt8]
  private var masked: [UInt8]
  private var position = 0
  private var nesting: [Nesting] = []

  /// What the position lies in, innermost last: text of a literal, or code within one.
  private enum Nesting {
    case literal(hashes: Int, multiline: Bool)
    case interpolation(parentheses: Int)
  }

  static func mask(_ source: [UInt8]) -> [UInt8] {
    var mask = CodeMask(source: source, masked: source)
    while mask.position < source.count { mask.step() }
    return mask.masked
  }

  private init(source: [UInt8], masked: [UInt8]) {
    self.source = source
    self.masked = masked
  }

  private mutating func step() {
    if case .literal(let hashes, let multiline) = nesting.last {
      stepInLiteral(hashes: hashes, multiline: multiline)
    } else {
      stepInCode()
    }
  }

  private mutating func stepInCode() {
    switch source[position] {
    case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"): blank(until: "\n")
    case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"): blankBlockComment()
    case UInt8(ascii: "`"): blankRawIdentifier()
    case UInt8(ascii: "\""): openLiteral(hashes: 0)
    case UInt8(ascii: "#"): stepAtHash()
    case UInt8(ascii: "("): changeParentheses(by: 1)
    case UInt8(ascii: ")"): changeParentheses(by: -1)
    default: position += 1
    }
  }

  private mutating func stepInLiteral(hashes: Int, multiline: Bool) {
    let byte = source[position]
    if byte == UInt8(ascii: "\\"), isHashes(hashes, from: position + 1) {
      let opens = peek(1 + hashes) == UInt8(ascii: "(")
      blank(2 + hashes)
      if opens { nesting.append(.interpolation(parentheses: 1)) }
    } else if byte == UInt8(ascii: "\""), closes(hashes: hashes, multiline: multiline) {
      blank((multiline ? 3 : 1) + hashes)
      nesting.removeLast()
    } else if byte == UInt8(ascii: "\n"), !multiline {
      nesting.removeLast()  // unterminated: the compiler will say so
    } else {
      blank(1)
    }
  }

  private mutating func stepAtHash() {
    let hashes = source[position...].prefix { $0 == UInt8(ascii: "#") }.count
    switch peek(hashes) {
    case UInt8(ascii: "\""): openLiteral(hashes: hashes)
    case UInt8(ascii: "/"): blank(until: "/" + String(repeating: "#", count: hashes))
    default: position += hashes
    }
  }

  private mutating func openLiteral(hashes: Int) {
    let multiline = peek(hashes + 1) == UInt8(ascii: "\"") && peek(hashes + 2) == UInt8(ascii: "\"")
    blank(hashes + (multiline ? 3 : 1))
    nesting.append(.literal(hashes: hashes, multiline: multiline))
  }

  private mutating func changeParentheses(by change: Int) {
    position += 1
    guard case .interpolation(let open) = nesting.last else { return }
    nesting.removeLast()
    if open + change > 0 { nesting.append(.interpolation(parentheses: open + change)) }
  }

  private mutating func blankBlockComment() {
    var depth = 0
    repeat {
      if isNext("/*") {
        depth += 1
        blank(2)
      } else if isNext("*/") {
        depth -= 1
        blank(2)
      } else {
        blank(1)
      }
    } while depth > 0 && position < source.count
  }

  private mutating func blankRawIdentifier() {
    let length = source[(position + 1)...].prefix { $0 != UInt8(ascii: "`") && $0 != UInt8(ascii: "\n") }.count
    for index in position..<min(position + length + 2, source.count) where source[index] != UInt8(ascii: "\n") {
      masked[index] = UInt8(ascii: "_")
    }
    position += length + 2
  }

  /// Blanks up to and including `end`, but never a newline.
  private mutating func blank(until end: String) {
    blank(1)
    while position < source.count, !isNext(end) { blank(1) }
    blank(end.utf8.count)
  }

  private mutating func blank(_ count: Int) {
    for _ in 0..<count where position < source.count {
      if source[position] != UInt8(ascii: "\n") { masked[position] = UInt8(ascii: " ") }
      position += 1
    }
  }

  private func closes(hashes: Int, multiline: Bool) -> Bool {
    guard multiline else { return isHashes(hashes, from: position + 1) }
    return isNext("\"\"\"") && isHashes(hashes, from: position + 3)
  }

  private func isHashes(_ count: Int, from start: Int) -> Bool {
    start + count <= source.count && source[start..<(start + count)].allSatisfy { $0 == UInt8(ascii: "#") }
  }

  private func isNext(_ text: String) -> Bool {
    source[position...].starts(with: text.utf8)
  }

  private func peek(_ distance: Int) -> UInt8? {
    position + distance < source.count ? source[position + distance] : nil
  }
}
