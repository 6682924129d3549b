/// AWS's shared files: sections in brackets, then `key = value`.
package struct ProfileFile {
  private var sections: [String: [String: String]] = [:]

  /// A line that is neither a section nor a pair is passed over, as AWS's own tools do.
  package init(_ bytes: [UInt8]) {
    var section = ""
    for line in bytes.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
      let text = ProfileFile.trimmed(line)
      if text.first == UInt8(ascii: "#") || text.first == UInt8(ascii: ";") { continue }
      if text.first == UInt8(ascii: "["), let end = text.firstIndex(of: UInt8(ascii: "]")) {
        let words = text[text.index(after: text.startIndex)..<end].split(whereSeparator: ProfileFile.isBlank)
        section = words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
      } else if let equals = text.firstIndex(of: UInt8(ascii: "=")) {
        let key = String(decoding: ProfileFile.trimmed(text[..<equals]), as: UTF8.self)
        let value = String(decoding: ProfileFile.trimmed(text[text.index(after: equals)...]), as: UTF8.self)
        sections[section, default: [:]][key.lowercased()] = value
      }
    }
  }

  package func value(of key: String, in section: String) -> String? {
    sections[section]?[key].flatMap { $0.isEmpty ? nil : $0 }
  }

  func has(_ section: String) -> Bool { sections[section] != nil }

  /// What a section sets, in order of name.
  func keys(in section: String) -> [String] { sections[section]?.keys.sorted() ?? [] }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let rest = bytes.drop(while: isBlank)
    return rest.prefix(rest.lastIndex { !isBlank($0) }.map { $0 - rest.startIndex + 1 } ?? 0)
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }
}
