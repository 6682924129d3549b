internal import SnapshotFormat

/// How a filter compares values.
extension MetadataValue {
  /// Whether the value, or an element of the array that it is, satisfies a test.
  func hasElement(_ test: (MetadataValue) -> Bool) -> Bool {
    switch self {
    case .strings(let values): values.contains { test(.string($0)) }
    case .integers(let values): values.contains { test(.integer($0)) }
    case .numbers(let values): values.contains { test(.number($0)) }
    case .booleans(let values): values.contains { test(.boolean($0)) }
    default: test(self)
    }
  }

  /// Whether an array has an element that is equal, or a text a part.
  func contains(_ wanted: MetadataValue) -> Bool {
    switch self {
    case .string(let text): wanted.text.map { text.utf8.hasPart($0) } ?? false
    case .strings, .integers, .numbers, .booleans: hasElement { $0.order(wanted) == 0 }
    default: false
    }
  }

  var text: [UInt8]? {
    if case .string(let text) = self { text.utf8 } else { nil }
  }

  /// -1, 0 or 1: below, at or above. 2 for two of a kind that differ without an order, nil for two kinds.
  func order(_ other: MetadataValue) -> Int? {
    switch (self, other) {
    case (.string(let left), .string(let right)): MetadataValue.order(left, right)
    case (.integer(let left), .integer(let right)): MetadataValue.order(left, right)
    case (.number(let left), .number(let right)): MetadataValue.order(left, right)
    case (.integer(let left), .number(let right)): MetadataValue.order(left, to: right)
    case (.number(let left), .integer(let right)): -MetadataValue.order(right, to: left)
    case (.boolean(let left), .boolean(let right)): left == right ? 0 : 2
    default: nil
    }
  }

  private static func order<Value: Comparable>(_ left: Value, _ right: Value) -> Int {
    left == right ? 0 : left < right ? -1 : 1
  }

  /// Exact, where a conversion to a double would round. `number` is finite.
  private static func order(_ integer: Int64, to number: Double) -> Int {
    let whole = number.rounded(.down)
    guard let floor = Int64(exactly: whole) else { return number > 0 ? -1 : 1 }
    return integer == floor && number > whole ? -1 : order(integer, floor)
  }
}

extension [UInt8] {
  fileprivate func hasPart(_ part: [UInt8]) -> Bool {
    guard let first = part.first else { return true }
    guard part.count <= count else { return false }
    return (0...count - part.count).contains { self[$0] == first && self[$0...].starts(with: part) }
  }
}
