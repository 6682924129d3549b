internal import Primitives

/// Text that is compared and hashed by its UTF-8 bytes, never by Unicode equivalence.
package struct UTF8Text: Hashable, Sendable {
  package let utf8: [UInt8]

  package init(_ string: String) {
    utf8 = Array(string.utf8)
  }

  /// Nil when the bytes are not UTF-8.
  package init?(validating bytes: [UInt8]) {
    guard (try? UTF8Span(validating: bytes.span)) != nil else { return nil }
    utf8 = bytes
  }

  package var string: String { String(decoding: utf8, as: UTF8.self) }
}

extension UTF8Text: Comparable, CustomStringConvertible, ExpressibleByStringLiteral {
  package static func < (left: UTF8Text, right: UTF8Text) -> Bool {
    left.utf8.rawSpan.order(right.utf8.rawSpan) < 0
  }
  package init(stringLiteral value: String) { self.init(value) }
  package var description: String { string }
}

/// The id of a record, or the prefix of ids that a row is about: 1 … 1,024 bytes of UTF-8 without NUL.
package struct RecordName: Hashable, Sendable {
  package static let byteCountMax = 1_024

  package let text: UTF8Text

  package init?(_ text: UTF8Text) {
    guard (1...RecordName.byteCountMax).contains(text.utf8.count), !text.utf8.contains(0) else { return nil }
    self.text = text
  }

  package init?(_ string: String) {
    self.init(UTF8Text(string))
  }

  package var utf8: [UInt8] { text.utf8 }
  package var string: String { text.string }

  package func hasPrefix(_ prefix: RecordName) -> Bool { utf8.starts(with: prefix.utf8) }
}

extension RecordName: Comparable, CustomStringConvertible {
  package static func < (left: RecordName, right: RecordName) -> Bool { left.text < right.text }
  package var description: String { string }
}
