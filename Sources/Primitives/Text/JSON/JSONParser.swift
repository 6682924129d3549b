/// Reads one JSON text strictly (RFC 8259), from bytes that may hold anything.
///
/// - Depth and byte count are limited; what is allocated is bounded by the bytes that are there.
/// - Refused: duplicate keys, lone surrogates, control characters in strings, numbers beyond a double, anything behind
///   the value.
package struct JSONParser {
  package struct Limits: Sendable {
    package var byteCount: Int
    package var depth: Int

    package init(byteCount: Int = 8 << 20, depth: Int = 32) {
      self.byteCount = byteCount
      self.depth = depth
    }
  }

  let bytes: [UInt8]
  var offset = 0
  private let depthMax: Int

  private init(_ bytes: [UInt8], _ limits: Limits) {
    self.bytes = bytes
    depthMax = limits.depth
  }

  package static func parse(_ bytes: [UInt8], limits: Limits = Limits()) throws(JSONError) -> JSONValue {
    guard bytes.count <= limits.byteCount else {
      throw JSONError(reason: "\(bytes.count) bytes where \(limits.byteCount) are allowed", offset: limits.byteCount)
    }
    guard (try? UTF8Span(validating: bytes.span)) != nil else { throw JSONError(reason: "not UTF-8", offset: 0) }
    var parser = JSONParser(bytes, limits)
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.next == nil else { throw parser.error("more than one value") }
    return value
  }

  var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  func error(_ reason: String) -> JSONError { JSONError(reason: reason, offset: offset) }

  mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    offset += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= depthMax else { throw error("nested deeper than \(depthMax)") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw error("the text ends too early")
    default: return try number()
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    for byte in "\(word)".utf8 where !take(byte) { throw error("not a value") }
    return value
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    offset += 1
    var elements: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array([]) }
    while true {
      elements.append(try value(depth: depth + 1))
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(elements) }
      guard take(UInt8(ascii: ",")) else { throw error("a comma or ] is missing") }
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    offset += 1
    var members: [JSONMember] = []
    var keys: Set<[UInt8]> = []
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object([]) }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw error("a key is missing") }
      let key = try string()
      guard keys.insert(Array(key.utf8)).inserted else { throw error("the key \(Printable.string(key)) occurs twice") }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw error("a colon is missing") }
      members.append(JSONMember(key, try value(depth: depth + 1)))
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw error("a comma or } is missing") }
    }
  }
}
