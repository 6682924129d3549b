/// Reads glob patterns, of git's dialect and of Docker's, byte by byte.
struct GlobParser {
  enum Dialect {
    /// `**` counts only as a whole component; `!` and `^` both invert a set; sets know classes.
    case git
    /// `**` counts anywhere; only `^` inverts a set.
    case docker
  }

  private let bytes: [UInt8]
  private let dialect: Dialect
  private var position = 0
  private var tokens: [PathPattern.Token] = []

  /// - Parameter matchesName: whether the pattern is of one component; `**` is then no more than `*`.
  static func parse(_ bytes: [UInt8], _ dialect: Dialect, matchesName: Bool = false) -> PathPattern {
    var parser = GlobParser(bytes: bytes, dialect: dialect)
    while parser.position < bytes.count {
      guard parser.next(matchesName) else { return PathPattern([.never]) }
    }
    return PathPattern(parser.tokens)
  }

  private init(bytes: [UInt8], dialect: Dialect) {
    self.bytes = bytes
    self.dialect = dialect
  }

  private func peek(_ distance: Int = 0) -> UInt8? {
    position + distance < bytes.count ? bytes[position + distance] : nil
  }

  /// Takes the next token. False where the pattern is not well-formed.
  private mutating func next(_ matchesName: Bool) -> Bool {
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "*"): stars(matchesName)
    case UInt8(ascii: "?"): tokens.append(.one)
    case UInt8(ascii: "["): return set()
    case backslash:
      guard let escaped = peek() else { return false }
      position += 1
      tokens.append(.byte(escaped))
    default: tokens.append(.byte(byte))
    }
    return true
  }

  private mutating func stars(_ matchesName: Bool) {
    let start = position - 1
    while peek() == star, dialect == .git || position - start < 2 { position += 1 }
    guard position - start > 1, !matchesName else { return tokens.append(.name) }
    switch dialect {
    case .docker:
      if peek() == slash { position += 1 }
      tokens += position == bytes.count ? [.rest] : [.optional, .rest, .byte(slash)]
    case .git:
      let isWhole = start == 0 || bytes[start - 1] == slash
      switch peek() {
      case nil where isWhole: tokens.append(.rest)
      case slash where isWhole:
        position += 1
        tokens += [.optional, .rest, .byte(slash)]
      case backslash where isWhole && peek(1) == slash: tokens.append(.rest)
      default: tokens.append(.name)
      }
    }
  }

  // MARK: Sets

  /// A bracket expression, behind its `[`.
  private mutating func set() -> Bool {
    var set = ByteSet()
    let isInverted = peek() == caret || (dialect == .git && peek() == UInt8(ascii: "!"))
    if isInverted { position += 1 }
    var before: UInt8?
    var isFirst = true
    while let byte = peek(), isFirst || byte != closing {
      isFirst = false
      position += 1
      if byte == UInt8(ascii: "-"), let lower = before, let end = peek(), end != closing {
        guard let upper = member() else { return false }
        if lower <= upper { set.insert(lower...upper) }
        before = nil
      } else if dialect == .git, byte == opening, peek() == UInt8(ascii: ":"), let name = className() {
        guard let members = GlobParser.classes[name] else { return false }
        for range in members { set.insert(range) }
        before = nil
      } else {
        position -= 1
        guard let member = member() else { return false }
        set.insert(member)
        before = member
      }
    }
    guard peek() == closing else { return false }
    position += 1
    if isInverted { set.invert() }
    tokens.append(.set(set))
    return true
  }

  /// One member of a set, escaped or not.
  private mutating func member() -> UInt8? {
    guard var byte = peek() else { return nil }
    position += 1
    if byte == backslash {
      guard let escaped = peek() else { return nil }
      position += 1
      byte = escaped
    }
    return byte
  }

  /// The name in `[:name:]`, behind its first bracket; nil, and nothing taken, where this is none.
  private mutating func className() -> String? {
    guard let end = bytes[(position + 1)...].firstIndex(of: closing), end > position + 1,
      bytes[end - 1] == UInt8(ascii: ":")
    else { return nil }
    let name = String(decoding: bytes[(position + 1)..<(end - 1)], as: UTF8.self)
    position = end + 1
    return name
  }

  private static let classes: [String: [ClosedRange<UInt8>]] = {
    let (lower, upper): (ClosedRange<UInt8>, ClosedRange<UInt8>) = (0x61...0x7A, 0x41...0x5A)
    let digits: ClosedRange<UInt8> = 0x30...0x39
    return [
      "lower": [lower], "upper": [upper], "digit": [digits], "alpha": [lower, upper], "alnum": [lower, upper, digits],
      "blank": [0x20...0x20, 0x09...0x09], "space": [0x20...0x20, 0x09...0x0D], "cntrl": [0x00...0x1F, 0x7F...0x7F],
      "graph": [0x21...0x7E], "print": [0x20...0x7E], "xdigit": [digits, 0x41...0x46, 0x61...0x66],
      "punct": [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E],
    ]
  }()
}

private let star = UInt8(ascii: "*")
private let slash = UInt8(ascii: "/")
private let backslash = UInt8(ascii: "\\")
private let caret = UInt8(ascii: "^")
private let opening = UInt8(ascii: "[")
private let closing = UInt8(ascii: "]")
