import Primitives
import Testing

/// The parser that reads lines from outside.
struct JSONTests {
  private func parse(_ text: String, depth: Int = 32) throws(JSONError) -> JSONValue {
    try JSONParser.parse(Array(text.utf8), limits: JSONParser.Limits(byteCount: 10_000, depth: depth))
  }

  @Test(arguments: [
    "", " ", "{", "[", "[1", "[1,", "[1,]", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{a:1}", "\"", "\"\\",
    "\"\\u12",
    "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\\x\"", "\"\u{1}\"", "tru", "nul", "truex", "1 2", "01", "-",
    "1.", ".5",
    "1e", "1e999", "+1", "NaN", "Infinity", "{\"a\":1,\"a\":2}", "[1 2]", "\u{FEFF}1", "--1", "1-",
  ])
  func `what is no JSON is refused`(text: String) {
    #expect(throws: JSONError.self) { try parse(text) }
  }

  @Test func `bytes that are no UTF-8 are refused`() {
    for bytes in [[0xFF], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]] as [[UInt8]] {
      #expect(throws: JSONError.self) { try JSONParser.parse(bytes) }
    }
  }

  @Test func `depth and size are limited`() throws {
    #expect(throws: JSONError.self) { try parse(String(repeating: "[", count: 9_000)) }
    #expect(throws: JSONError.self) { try parse("[[[1]]]", depth: 2) }
    #expect(try parse("[[1]]", depth: 2) == .array([.array([.integer(1)])]))
    #expect(throws: JSONError.self) { try parse("\"\(String(repeating: "a", count: 10_000))\"") }
  }

  @Test(arguments: 1...2_000 as ClosedRange<UInt64>)
  func `any bytes are read or refused, and never trap`(seed: UInt64) {
    let random = SeededRandomSource(seed: seed)
    let alphabet = Array(#"{}[]",:\u0123abcdefE+-.trulsn "#.utf8) + [0xC3, 0xA9, 0x00, 0xFF]
    let bytes = (0..<40).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
    if let value = try? JSONParser.parse(bytes) {
      #expect((try? JSONParser.parse(JSONWriter.bytes(value))) == value, "seed \(seed)")
    }
  }

  @Test func `integers are exact, everything else is a double`() throws {
    #expect(try parse("9223372036854775807") == .integer(.max))
    #expect(try parse("-9223372036854775808") == .integer(.min))
    #expect(try parse("9223372036854775808") == .number(9_223_372_036_854_775_808))
    #expect(try parse("1.0") == .number(1) && parse("1e2") == .number(100) && parse("0") == .integer(0))
    guard case .number(let zero) = try parse("-0") else { throw JSONError(reason: "no number", offset: 0) }
    #expect(zero.sign == .minus)
  }

  @Test func `text comes back as it was, with its escapes`() throws {
    let text = "quote\" back\\ line\n tab\t nul\u{0} é 😀"
    #expect(try JSONParser.parse(JSONWriter.bytes(.string(text))) == .string(text))
    #expect(try parse(#""\ud83d\ude00\u00e9\/""#) == .string("😀é/"))
    #expect(
      JSONWriter.string(.object([JSONMember("a", .array([.null, .boolean(true), .number(1e-5)]))]))
        == #"{"a":[null,true,1e-05]}"#)
  }

  @Test func `nothing that commands a terminal is written as it is`() throws {
    let text = "\u{1B}[2J\u{7F}\u{9B}1m\u{202E}\u{2066}\u{2028}\u{E0001}"
    let written = JSONWriter.string(.string(text))
    #expect(written == #""\u001b[2J\u007f\u009b1m\u202e\u2066\u2028\udb40\udc01""#)
    #expect(try JSONParser.parse(Array(written.utf8)) == .string(text))
  }

  @Test func `lines are the same in whatever pieces they come`() {
    let text = Array("{\"a\":1}\n\n  \r\nlonger than ten bytes\nb\nlast".utf8)
    for piece in 1...text.count {
      var lines = JSONLines(byteCountMax: 10)
      var found: [JSONLines.Line] = []
      for start in stride(from: 0, to: text.count, by: piece) {
        found += lines.lines(in: text[start..<min(start + piece, text.count)])
      }
      if let last = lines.finish() { found.append(last) }
      #expect(found.map(\.number) == [1, 4, 5, 6], "pieces of \(piece)")
      #expect(found.map { $0.bytes?.count } == [7, nil, 1, 4], "pieces of \(piece)")
    }
  }
}
