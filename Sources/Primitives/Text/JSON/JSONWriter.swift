/// Writes JSON on one line, without spaces. Equal values give equal text.
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
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): output += [UInt8(ascii: "\\"), byte]
      case 0x0A: output += Array(#"\n"#.utf8)
      case 0x0D: output += Array(#"\r"#.utf8)
      case 0x09: output += Array(#"\t"#.utf8)
      case 0..<0x20, 0x7F: output += Array(#"\u00"#.utf8) + Array(Hex.string([byte]).utf8)
      default: output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}
