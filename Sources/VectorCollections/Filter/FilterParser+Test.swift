internal import SnapshotFormat

/// Reading one test.
extension FilterParser {
  mutating func test() throws(FilterError) -> RecordFilter {
    let field = try field()
    if case .sign(let relation, let isNegated) = next.kind {
      advance()
      return .test(FilterTest(field: field, check: .compares(relation, try value()), isNegated: isNegated))
    }
    if take(.exists) { return .test(FilterTest(field: field, check: .exists, isNegated: false)) }
    if take(.is) { return try presence(of: field) }
    let isNegated = take(.not)
    return .test(FilterTest(field: field, check: try check(), isNegated: isNegated))
  }

  private mutating func presence(of field: FilterTest.Field) throws(FilterError) -> RecordFilter {
    let exists = RecordFilter.test(FilterTest(field: field, check: .exists, isNegated: false))
    let isNegated = take(.not)
    guard take(.null) else { throw error("`null` is missing") }
    return isNegated ? exists : .not(exists)
  }

  private mutating func check() throws(FilterError) -> FilterTest.Check {
    if take(.in) { return .isOneOf(try list()) }
    if take(.contains) { return .contains(try part()) }
    if take(.like) { return .isLike(try pattern()) }
    if take(.starts) {
      guard take(.with) else { throw error("`with` is missing") }
      return .startsWith(try textValue())
    }
    throw error("a comparison is missing")
  }

  private mutating func field() throws(FilterError) -> FilterTest.Field {
    try countTerm()
    let token = next
    var key: [UInt8]?
    switch token.kind {
    case .quoted(let content): key = content
    case .word(let word) where FilterKeyword(word) == nil:
      if word.elementsEqual("id".utf8) || word.elementsEqual("document".utf8) {
        advance()
        return word.count == 2 ? .id : .document
      }
      key = word
    default: break
    }
    guard let key, let text = UTF8Text(validating: key) else { throw error("a key is missing") }
    guard MetadataFields.isKey(text) else { throw error("what can be no key") }
    advance()
    return .metadata(text)
  }

  private mutating func list() throws(FilterError) -> [MetadataValue] {
    guard take(.open) else { throw error("`(` is missing") }
    var values = [try value()]
    while take(.comma) { values.append(try value()) }
    guard take(.close) else { throw error("`,` or `)` is missing") }
    return values
  }

  private mutating func part() throws(FilterError) -> MetadataValue {
    let token = next
    let value = try value()
    guard value.text?.count ?? 0 <= TextPattern.byteCountMax else { throw tooLong(token) }
    return value
  }

  private mutating func pattern() throws(FilterError) -> TextPattern {
    let token = next
    guard let pattern = TextPattern(try textValue().utf8) else { throw tooLong(token) }
    return pattern
  }

  private func tooLong(_ token: FilterToken) -> FilterError {
    error("a text of more than \(TextPattern.byteCountMax) bytes", at: token)
  }

  /// A text, even where a value would be a number.
  private mutating func textValue() throws(FilterError) -> UTF8Text {
    let token = next
    let value = try value()
    if case .string(let text) = value { return text }
    guard case .word(let word) = token.kind, let text = UTF8Text(validating: word) else {
      throw error("a text is missing", at: token)
    }
    return text
  }

  private mutating func value() throws(FilterError) -> MetadataValue {
    try countTerm()
    let value: MetadataValue? =
      switch next.kind {
      case .quoted(let content): UTF8Text(validating: content).map { .string($0) }
      case .word(let word) where FilterKeyword(word) == nil: try literal(word)
      case .word: throw error("a value is missing: a text that is a word of filters stands in quotes")
      default: nil
      }
    guard let value else { throw error("a value is missing") }
    advance()
    return value
  }

  private func literal(_ word: [UInt8]) throws(FilterError) -> MetadataValue? {
    let text = String(decoding: word, as: UTF8.self)
    if text == "true" || text == "false" { return .boolean(text == "true") }
    if word.allSatisfy({ FilterParser.numerals.contains($0) }) {
      if let integer = Int64(text) { return .integer(integer) }
      if let number = Double(text) {
        guard number.isFinite else { throw error("a number beyond a double") }
        return .number(number)
      }
    }
    return .string(UTF8Text(text))
  }

  private static let numerals = Array("0123456789+-.eE".utf8)
}
