package import SnapshotFormat

/// What the metadata of a record has to be: comparisons that all have to hold.
///
/// Written `label = TOTAL and page >= 2`. A value is a number, `true`, `false`, or a text, in quotes where it has
/// spaces.
package struct MetadataCondition: Sendable, Equatable {
  package enum Relation: String, Sendable, CaseIterable {
    // In the order in which they are looked for: the longer ones first.
    case notEqual = "!="
    case atMost = "<="
    case atLeast = ">="
    case equal = "="
    case less = "<"
    case greater = ">"
  }

  package struct Comparison: Sendable, Equatable {
    package let key: UTF8Text
    package let relation: Relation
    package let value: MetadataValue
  }

  package static let all = MetadataCondition(comparisons: [])

  package let comparisons: [Comparison]

  private init(comparisons: [Comparison]) {
    self.comparisons = comparisons
  }

  /// Nil when the text is no condition.
  package init?(_ text: String) {
    var comparisons: [Comparison] = []
    for part in MetadataCondition.parts(text) {
      guard let comparison = Comparison(part) else { return nil }
      comparisons.append(comparison)
    }
    guard !comparisons.isEmpty else { return nil }
    self.comparisons = comparisons
  }

  package func holds(for metadata: MetadataFields) -> Bool {
    comparisons.allSatisfy { $0.holds(for: metadata[$0.key]) }
  }

  /// The text between the words `and` that stand outside of quotes.
  private static func parts(_ text: String) -> [String] {
    var parts: [[Substring]] = [[]]
    var isQuoted = false
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      if !isQuoted, word == "and" {
        parts.append([])
        continue
      }
      if !word.utf8.count(where: { $0 == UInt8(ascii: "\"") }).isMultiple(of: 2) { isQuoted.toggle() }
      parts[parts.count - 1].append(word)
    }
    return parts.map { $0.joined(separator: " ") }
  }
}

extension MetadataCondition.Comparison {
  init?(_ text: String) {
    guard let (key, relation, value) = MetadataCondition.Comparison.split(text), !key.isEmpty, !value.isEmpty else {
      return nil
    }
    self.init(key: UTF8Text(key), relation: relation, value: MetadataCondition.Comparison.literal(value))
  }

  private static func split(_ text: String) -> (String, MetadataCondition.Relation, String)? {
    let bytes = Array(text.utf8)
    for index in bytes.indices {
      for relation in MetadataCondition.Relation.allCases {
        let sign = Array(relation.rawValue.utf8)
        guard bytes[index...].starts(with: sign) else { continue }
        let value = bytes[(index + sign.count)...]
        return (trimmed(bytes[..<index]), relation, trimmed(value))
      }
    }
    return nil
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
    let space = UInt8(ascii: " ")
    let front = bytes.drop { $0 == space }
    return String(decoding: front.reversed().drop { $0 == space }.reversed(), as: UTF8.self)
  }

  private static func literal(_ text: String) -> MetadataValue {
    if text.utf8.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") {
      return .string(UTF8Text(String(text.dropFirst().dropLast())))
    }
    if text == "true" || text == "false" { return .boolean(text == "true") }
    if let integer = Int64(text) { return .integer(integer) }
    if let number = Double(text), number.isFinite { return .number(number) }
    return .string(UTF8Text(text))
  }

  /// A record without the key only differs. In an array, one element has to satisfy the comparison.
  func holds(for found: MetadataValue?) -> Bool {
    guard let found else { return relation == .notEqual }
    let elements = found.elements
    if relation == .notEqual { return !elements.contains { $0.order(value) == 0 } }
    return elements.contains { element in element.order(value).map(admits) ?? false }
  }

  private func admits(_ order: Int) -> Bool {
    switch relation {
    case .equal: order == 0
    case .notEqual: order != 0
    case .less: order < 0
    case .atMost: order <= 0
    case .greater: order > 0
    case .atLeast: order >= 0
    }
  }
}

extension MetadataValue {
  fileprivate var elements: [MetadataValue] {
    switch self {
    case .strings(let values): values.map { .string($0) }
    case .integers(let values): values.map { .integer($0) }
    case .numbers(let values): values.map { .number($0) }
    case .booleans(let values): values.map { .boolean($0) }
    default: [self]
    }
  }

  /// Below, at or above; nil for values that cannot be compared.
  fileprivate func order(_ other: MetadataValue) -> Int? {
    switch (self, other) {
    case (.string(let left), .string(let right)): left == right ? 0 : left < right ? -1 : 1
    case (.integer(let left), .integer(let right)): left == right ? 0 : left < right ? -1 : 1
    case (.boolean(let left), .boolean(let right)): left == right ? 0 : nil
    case (.integer, .number), (.number, .integer), (.number, .number):
      asNumber == other.asNumber ? 0 : asNumber < other.asNumber ? -1 : 1
    default: nil
    }
  }

  private var asNumber: Double {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: 0
    }
  }
}
