/// Reads the small XML documents of S3, element by element: their text, nothing of their attributes.
///
/// Source: XML 1.0, as far as S3 uses it. What it does not use — document types, entities of one's own — ends the
/// reading: nothing is expanded.
struct XMLScanner {
  enum Event: Equatable {
    case start(String)
    case text(String)
    case end(String)
  }

  private var rest: ArraySlice<UInt8>
  /// The element that `<name/>` still has to end.
  private var pendingEnd: String?
  private static let nameByteCountMax = 256

  init(_ document: [UInt8]) {
    rest = document[...]
  }

  /// Nil at the end, and where the document is none.
  mutating func next() -> Event? {
    if let name = pendingEnd {
      pendingEnd = nil
      return .end(name)
    }
    while let byte = rest.first {
      guard byte == UInt8(ascii: "<") else { return text() }
      if rest.starts(with: "<?".utf8) {
        guard skip(behind: "?>") else { return nil }
      } else if rest.starts(with: "<!--".utf8) {
        guard skip(behind: "-->") else { return nil }
      } else {
        return tag()
      }
    }
    return nil
  }

  private mutating func tag() -> Event? {
    guard let close = rest.firstIndex(of: UInt8(ascii: ">")) else { return nil }
    var inside = rest[(rest.startIndex + 1)..<close]
    rest = rest[(close + 1)...]
    let isEnd = inside.first == UInt8(ascii: "/")
    if isEnd { inside = inside.dropFirst() }
    let isEmpty = !isEnd && inside.last == UInt8(ascii: "/")
    if isEmpty { inside = inside.dropLast() }
    let name = inside.prefix { $0 > 32 }
    guard let first = name.first, first != UInt8(ascii: "!"), name.count <= XMLScanner.nameByteCountMax else {
      rest = []
      return nil
    }
    let text = String(decoding: name, as: UTF8.self)
    if isEnd { return .end(text) }
    if isEmpty { pendingEnd = text }
    return .start(text)
  }

  private mutating func text() -> Event? {
    let raw = rest.prefix { $0 != UInt8(ascii: "<") }
    rest = rest[raw.endIndex...]
    guard let bytes = XMLScanner.unescaped(raw) else {
      rest = []
      return nil
    }
    return .text(String(decoding: bytes, as: UTF8.self))
  }

  private mutating func skip(behind end: String) -> Bool {
    let end = Array(end.utf8)
    var start = rest.startIndex
    while let found = rest[start...].firstIndex(of: end[0]) {
      if rest[found...].starts(with: end) {
        rest = rest[(found + end.count)...]
        return true
      }
      start = found + 1
    }
    rest = []
    return false
  }

  private static func unescaped(_ raw: ArraySlice<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var rest = raw
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "&") else {
        bytes.append(byte)
        continue
      }
      guard let end = rest.prefix(12).firstIndex(of: UInt8(ascii: ";")),
        let scalar = scalar(String(decoding: rest[..<end], as: UTF8.self))
      else { return nil }
      bytes += Array(String(Character(scalar)).utf8)
      rest = rest[(end + 1)...]
    }
    return bytes
  }

  private static func scalar(_ name: String) -> Unicode.Scalar? {
    switch name {
    case "lt": return "<"
    case "gt": return ">"
    case "amp": return "&"
    case "quot": return "\""
    case "apos": return "'"
    default:
      let code = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst(1))
      return name.hasPrefix("#") ? code.flatMap(Unicode.Scalar.init) : nil
    }
  }
}
