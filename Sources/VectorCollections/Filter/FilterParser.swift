internal import SnapshotFormat

/// Reads a filter from its tokens; its grammar stands at `RecordFilter`.
struct FilterParser {
  let text: String
  private let tokens: [FilterToken]
  private var position = 0
  private var termCount = 0

  init(_ text: String) throws(FilterError) {
    self.text = text
    var lexer = try FilterLexer(text)
    tokens = try lexer.tokens()
  }

  mutating func filter() throws(FilterError) -> RecordFilter {
    let filter = try either(depth: 0)
    guard next.kind == .end else { throw error("`and`, `or` or the end is missing") }
    return filter
  }

  private mutating func either(depth: Int) throws(FilterError) -> RecordFilter {
    var filters = [try both(depth: depth)]
    while take(.or) { filters.append(try both(depth: depth)) }
    return filters.count == 1 ? filters[0] : .any(filters)
  }

  private mutating func both(depth: Int) throws(FilterError) -> RecordFilter {
    var filters = [try term(depth: depth)]
    while take(.and) { filters.append(try term(depth: depth)) }
    return filters.count == 1 ? filters[0] : .all(filters)
  }

  private mutating func term(depth: Int) throws(FilterError) -> RecordFilter {
    guard depth < RecordFilter.depthMax else { throw error("nested deeper than \(RecordFilter.depthMax)") }
    if take(.not) { return .not(try term(depth: depth + 1)) }
    guard take(.open) else { return try test() }
    let filter = try either(depth: depth + 1)
    guard take(.close) else { throw error("`)` is missing") }
    return filter
  }
}

/// The tokens, one after the other.
extension FilterParser {
  /// The token that is to be taken; the end stays.
  var next: FilterToken { tokens[position] }

  func error(_ reason: String, at token: FilterToken? = nil) -> FilterError {
    FilterError(reason, in: text, at: (token ?? next).offset)
  }

  mutating func advance() {
    if next.kind != .end { position += 1 }
  }

  mutating func take(_ kind: FilterToken.Kind) -> Bool {
    guard next.kind == kind else { return false }
    advance()
    return true
  }

  mutating func take(_ keyword: FilterKeyword) -> Bool {
    guard case .word(let word) = next.kind, FilterKeyword(word) == keyword else { return false }
    advance()
    return true
  }

  /// - Throws: when there are too many.
  mutating func countTerm() throws(FilterError) {
    termCount += 1
    guard termCount <= RecordFilter.termCountMax else {
      throw error("more than \(RecordFilter.termCountMax) keys and values")
    }
  }
}
