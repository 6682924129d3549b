/// A piece of a filter's text.
struct FilterToken: Equatable {
  enum Kind: Equatable {
    case open, close, comma
    /// A sign of comparison; negated for `!=`.
    case sign(FilterTest.Relation, isNegated: Bool)
    case word([UInt8])
    /// What stood in quotes, without them.
    case quoted([UInt8])
    case end
  }

  let kind: Kind
  /// Of its first byte.
  let offset: Int
}

/// Words that are no key and no text unless they stand in quotes. In any case of letters.
enum FilterKeyword: String, CaseIterable {
  case and, or, not, `in`, contains, like, starts, with, exists, `is`, null

  init?(_ word: [UInt8]) {
    self.init(rawValue: String(decoding: word, as: UTF8.self).lowercased())
  }
}
