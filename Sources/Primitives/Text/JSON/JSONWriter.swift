/// Writes JSON on one line, without spaces, and without any character that is not safe to print. Equal values give
/// equal text.
package enum JSONWriter {
  package static func string(_ value: JSONValue) -> String {
    String(decoding: bytes(value), as: UTF8.self)
  }

  package static func bytes(_ value: JSONValue) -> [UInt8] {
    var output: [UInt8] = []
    write(value, to: &output)
    return output
  }

  private static func write(_ value: JSONValue, to output: inout [UInt8]) {
    switch value {
    case .null: output += Array("null".utf8)
    case .boolean(let value): output += Array((value ? "true" : "false").utf8)
    case .integer(let value): output += Array(String(value).utf8)
    // JSON has no word for what is not finite.
    case .number(let value): output += Array((value.isFinite ? String(value) : "null").utf8)
    case .string(let text): write(text, to: &output)
    case .array(let elements): writeList("[", "]", elements, to: &output) { write($0, to: &$1) }
    case .object(let members):
      writeList("{", "}", members, to: &output) { member, output in
        write(member.key, to: &output)
        output.append(UInt8(ascii: ":"))
        write(member.value, to: &output)
      }
    }
  }

  private static func writeList<Element>(
    _ opening: Character, _ closing: Character, _ elements: [Element], to output: inout [UInt8],
    _ write: (Element, inout [UInt8]) -> Void
  ) {
    output += Array(String(opening).utf8)
    for (index, element) in elements.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      write(element, &output)
    }
    output += Array(String(closing).utf8)
  }

  private static func write(_ text: String, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": output += [UInt8(ascii: "\\"), UInt8(ascii: scalar)]
      case "\n": output += Array(#"\n"#.utf8)
      case "\r": output += Array(#"\r"#.utf8)
      case "\t": output += Array(#"\t"#.utf8)
      case " "..."~": output.append(UInt8(ascii: scalar))
      // What a terminal would obey reaches it no more as JSON than as text.
      case _ where !Printable.isSafe(scalar):
        for unit in String(scalar).utf16 {
          output += Array(#"\u"#.utf8) + Array(Hex.string([UInt8(unit >> 8), UInt8(unit & 0xFF)]).utf8)
        }
      default: output += Array(String(scalar).utf8)
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}
