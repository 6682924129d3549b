/// Text from outside, made safe to print: control characters, terminal escapes and bidirectional marks become `\u{…}`.
package enum Printable {
  package static func string(_ text: String) -> String {
    guard !text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else { return text }
    var safe = ""
    for scalar in text.unicodeScalars {
      if isSafe(scalar) {
        safe.unicodeScalars.append(scalar)
      } else {
        safe += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return safe
  }

  package static func string(_ bytes: some Collection<UInt8>) -> String {
    string(String(decoding: bytes, as: UTF8.self))
  }

  /// Whether it prints as itself: no control, no direction of writing, nothing invisible.
  static func isSafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
    default: true
    }
  }
}
