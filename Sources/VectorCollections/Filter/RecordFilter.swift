package import SnapshotFormat

/// What a record has to be: tests of its fields, joined by `and`, `or` and `not`.
///
/// ```
/// filter = both { "or" both }          both = term { "and" term }
/// term   = "not" term | "(" filter ")" | test
/// test   = key ( "=" | "==" | "!=" | "<" | "<=" | ">" | ">=" ) value
///        | key [ "not" ] "in" "(" value { "," value } ")"
///        | key [ "not" ] ( "contains" value | "like" text | "starts" "with" text )
///        | key "exists" | key "is" [ "not" ] "null"
/// ```
/// - A key is a word or stands in quotes. The words `id` and `document` are the record's own fields; in quotes they are
///   keys of its metadata.
/// - A value is a number, `true`, `false`, or a text: in quotes, or a word that is nothing else.
/// - Truth has two values. A test of a key that is not there fails, whatever it tests, `!=` and `not in` included;
///   `not` in front of a test is its complement: `not page = 2` holds where there is no page.
/// - Values of different kinds are different, and neither is less; whole numbers and others are one kind, compared
///   exactly. Texts are compared by their bytes.
/// - A test of an array holds when it holds for one element; with `!=` and the `not` behind the key, for none.
package indirect enum RecordFilter: Sendable, Equatable {
  case test(FilterTest)
  case not(RecordFilter)
  case all([RecordFilter])
  case any([RecordFilter])

  package static let byteCountMax = 64 << 10
  package static let depthMax = 64
  /// How many values and keys there are at most.
  package static let termCountMax = 4_096

  /// - Throws: where the text is no filter, and why.
  package init(_ text: String) throws(FilterError) {
    var parser = try FilterParser(text)
    self = try parser.filter()
  }

  package func matches(_ id: RecordName, _ body: RecordBody) -> Bool {
    switch self {
    case .test(let test): test.holds(for: id, body)
    case .not(let filter): !filter.matches(id, body)
    case .all(let filters): filters.allSatisfy { $0.matches(id, body) }
    case .any(let filters): filters.contains { $0.matches(id, body) }
    }
  }
}
