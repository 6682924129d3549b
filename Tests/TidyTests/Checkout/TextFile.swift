/// One file of the checkout, ready for questions by line and by word.
struct TextFile: Sendable {
  /// Relative to the root of the checkout.
  let path: String
  let bytes: [UInt8]
  /// Of a Swift file: the bytes with comments and literals blanked, as long as `bytes` and with the same lines.
  /// Of any other file: the bytes.
  let code: [UInt8]
  /// Where each line begins; a single one for files that are not text.
  private let lineStarts: [Int]

  init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
    code = path.hasSuffix(".swift") ? CodeMask.mask(bytes) : bytes
    let isText = !bytes.prefix(4096).contains(0) && !Self.isFixture(path)
    let starts = isText ? bytes.occurrences(of: [UInt8(ascii: "\n")]).map { $0 + 1 } : []
    lineStarts = [0] + (starts.last == bytes.count ? starts.dropLast() : starts)
  }

  var isSwift: Bool { path.hasSuffix(".swift") }
  var isMarkdown: Bool { path.hasSuffix(".md") }
  var isTest: Bool { path.hasPrefix("Tests/") }
  /// Input of the tests, made elsewhere: the rules of style do not apply to it.
  var isFixture: Bool { Self.isFixture(path) }

  /// The folder under `Sources` this file belongs to.
  var target: String? {
    let parts = path.split(separator: "/")
    return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
  }

  var lineCount: Int { bytes.isEmpty ? 0 : lineStarts.count }

  /// The number, from 1, of the line that holds the byte at `offset`.
  func line(at offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// The text of a line as written; empty outside the file.
  func text(ofLine line: Int) -> String {
    String(decoding: slice(of: bytes, line: line), as: UTF8.self)
  }

  /// The lines of `code`.
  var codeLines: [String] {
    (1...lineStarts.count).map { String(decoding: slice(of: code, line: $0), as: UTF8.self) }
  }

  /// How many bytes a line has, without its end.
  func byteCount(ofLine line: Int) -> Int { slice(of: bytes, line: line).count }

  func finding(_ line: Int, _ message: String) -> Finding {
    Finding(path: path, line: line, message: message)
  }

  private func slice(of content: [UInt8], line: Int) -> ArraySlice<UInt8> {
    guard line >= 1, line <= lineStarts.count else { return [] }
    let start = lineStarts[line - 1]
    guard line < lineStarts.count else {
      return content.last == UInt8(ascii: "\n") ? content[start...].dropLast() : content[start...]
    }
    return content[start..<(lineStarts[line] - 1)]
  }

  private static func isFixture(_ path: String) -> Bool {
    path.split(separator: "/").contains { ["Fixtures", "golden", "invalid", "corpus"].contains($0) }
  }
}
