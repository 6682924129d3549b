/// Cuts a filter's text into tokens. The last one is the end.
struct FilterLexer {
  private let text: String
  private let bytes: [UInt8]
  private var offset = 0

  init(_ text: String) throws(FilterError) {
    self.text = text
    bytes = Array(text.utf8)
    guard bytes.count <= RecordFilter.byteCountMax else {
      throw error("more than the \(RecordFilter.byteCountMax) bytes a filter may have", at: RecordFilter.byteCountMax)
    }
  }

  mutating func tokens() throws(FilterError) -> [FilterToken] {
    var tokens: [FilterToken] = []
    repeat { tokens.append(try token()) } while tokens.last?.kind != .end
    return tokens
  }

  private mutating func token() throws(FilterError) -> FilterToken {
    while let byte = next, FilterLexer.spaces.contains(byte) { offset += 1 }
    let start = offset
    return FilterToken(kind: try kind(), offset: start)
  }

  private mutating func kind() throws(FilterError) -> FilterToken.Kind {
    switch next {
    case nil: return .end
    case UInt8(ascii: "("): return one(.open)
    case UInt8(ascii: ")"): return one(.close)
    case UInt8(ascii: ","): return one(.comma)
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return .quoted(try quoted())
    case let byte? where FilterLexer.signs.contains(byte): return try sign()
    case let byte?:
      guard FilterLexer.isOfWord(byte) else { throw error("a control character", at: offset) }
      return .word(word())
    }
  }

  private mutating func one(_ kind: FilterToken.Kind) -> FilterToken.Kind {
    offset += 1
    return kind
  }

  private mutating func sign() throws(FilterError) -> FilterToken.Kind {
    let first = bytes[offset]
    let hasEqual = offset + 1 < bytes.count && bytes[offset + 1] == UInt8(ascii: "=")
    defer { offset += hasEqual ? 2 : 1 }
    switch first {
    case UInt8(ascii: "="): return .sign(.equal, isNegated: false)
    case UInt8(ascii: "<"): return .sign(hasEqual ? .atMost : .less, isNegated: false)
    case UInt8(ascii: ">"): return .sign(hasEqual ? .atLeast : .greater, isNegated: false)
    default:
      guard hasEqual else { throw error("`!` without `=`", at: offset) }
      return .sign(.equal, isNegated: true)
    }
  }

  /// A `\` takes a quote or a `\` as it is; before anything else it is itself.
  private mutating func quoted() throws(FilterError) -> [UInt8] {
    let (start, quote) = (offset, bytes[offset])
    offset += 1
    var content: [UInt8] = []
    while var byte = next {
      offset += 1
      if byte == quote { return content }
      if byte == UInt8(ascii: "\\"), let escaped = next, escaped == quote || escaped == byte {
        (byte, offset) = (escaped, offset + 1)
      }
      content.append(byte)
    }
    throw error("a quote that does not end", at: start)
  }

  private mutating func word() -> [UInt8] {
    let start = offset
    while let byte = next, FilterLexer.isOfWord(byte) { offset += 1 }
    return Array(bytes[start..<offset])
  }

  private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private func error(_ reason: String, at offset: Int) -> FilterError { FilterError(reason, in: text, at: offset) }

  private static let spaces = Array(" \t\r\n".utf8)
  private static let signs = Array("=!<>".utf8)
  private static let others = Array("(),\"'".utf8)

  private static func isOfWord(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte != 0x7F && !signs.contains(byte) && !others.contains(byte)
  }
}
