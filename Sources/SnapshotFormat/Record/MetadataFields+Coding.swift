internal import Primitives

/// The bytes of fields (formats/delta.md §5).
extension MetadataFields {
  package func write(to output: inout ByteWriter) {
    output.varint(UInt64(fields.count))
    for field in fields {
      output.text(field.key)
      MetadataValue.write(field.value, to: &output)
    }
  }

  /// How many bytes `write` writes.
  package var encodedByteCount: Int {
    fields.reduce(ByteWriter.varintByteCount(fields.count)) { sum, field in
      sum + ByteWriter.textByteCount(field.key) + MetadataValue.byteCount(field.value)
    }
  }

  package var encoded: [UInt8] {
    var output = ByteWriter()
    write(to: &output)
    return output.bytes
  }

  /// - Parameter removals: whether a field may remove its key: in patches only.
  package init(from input: inout ByteReader, removals: Bool) throws(FormatError) {
    let start = input.offset
    let count = Int(try input.varint(limit: UInt64(MetadataFields.countMax)))
    var fields: [MetadataField] = []
    fields.reserveCapacity(min(count, input.remaining / 3))
    for _ in 0..<count {
      let key = try input.metadataKey(after: fields.last?.key)
      let value = try MetadataValue.read(from: &input)
      guard value != nil || removals else { throw input.damaged("a removed key where there is none to remove") }
      fields.append(MetadataField(key: key, value: value))
    }
    guard input.offset - start <= MetadataFields.byteCountMax else {
      throw .beyondLimit("fields", "\(input.offset - start) bytes", at: start)
    }
    self.init(ascending: fields)
  }
}

extension MetadataValue {
  private enum Tag {
    static let removed: UInt8 = 0
    static let string: UInt8 = 1
    static let integer: UInt8 = 2
    static let number: UInt8 = 3
    static let `false`: UInt8 = 4
    static let `true`: UInt8 = 5
    static let strings: UInt8 = 17
    static let integers: UInt8 = 18
    static let numbers: UInt8 = 19
    static let booleans: UInt8 = 20
  }

  /// Tag and value; nil is the tag of a removed key.
  package static func write(_ value: MetadataValue?, to output: inout ByteWriter) {
    switch value {
    case nil: output.integer(Tag.removed)
    case .string(let text):
      output.integer(Tag.string)
      output.text(text)
    case .integer(let value):
      output.integer(Tag.integer)
      output.integer(value)
    case .number(let value):
      output.integer(Tag.number)
      output.integer(value.bitPattern)
    case .boolean(let value): output.integer(value ? Tag.true : Tag.false)
    case .strings(let values): output.list(Tag.strings, values) { $0.text($1) }
    case .integers(let values): output.list(Tag.integers, values) { $0.integer($1) }
    case .numbers(let values): output.list(Tag.numbers, values) { $0.integer($1.bitPattern) }
    case .booleans(let values): output.list(Tag.booleans, values) { $0.integer(UInt8($1 ? 1 : 0)) }
    }
  }

  /// How many bytes `write` writes.
  static func byteCount(_ value: MetadataValue?) -> Int {
    switch value {
    case nil, .boolean: 1
    case .string(let text): 1 + ByteWriter.textByteCount(text)
    case .integer, .number: 9
    case .strings(let values): byteCount(values.count) + values.reduce(0) { $0 + ByteWriter.textByteCount($1) }
    case .integers(let values): byteCount(values.count) + 8 * values.count
    case .numbers(let values): byteCount(values.count) + 8 * values.count
    case .booleans(let values): byteCount(values.count) + values.count
    }
  }

  /// Of tag and number of elements.
  private static func byteCount(_ count: Int) -> Int { 1 + ByteWriter.varintByteCount(count) }

  package static func read(from input: inout ByteReader) throws(FormatError) -> MetadataValue? {
    switch try input.integer(UInt8.self) {
    case Tag.removed: nil
    case Tag.string: .string(try input.text(limit: MetadataFields.byteCountMax))
    case Tag.integer: .integer(try input.integer())
    case Tag.number: .number(try input.finite())
    case Tag.false: .boolean(false)
    case Tag.true: .boolean(true)
    case Tag.strings:
      .strings(
        try input.list(width: 1) { (input) throws(FormatError) in
          try input.text(limit: MetadataFields.byteCountMax)
        })
    case Tag.integers:
      .integers(try input.elements(width: 8) { (input) throws(FormatError) in try input.integer(Int64.self) })
    case Tag.numbers: .numbers(try input.elements(width: 8) { (input) throws(FormatError) in try input.finite() })
    case Tag.booleans: .booleans(try input.elements(width: 1) { (input) throws(FormatError) in try input.boolean() })
    case let tag: throw input.damaged("tag \(tag) is no kind of value")
    }
  }
}

extension ByteWriter {
  /// `varint` byte count and bytes.
  package mutating func text(_ text: UTF8Text) {
    varint(UInt64(text.utf8.count))
    append(text.utf8)
  }

  static func textByteCount(_ text: UTF8Text) -> Int { varintByteCount(text.utf8.count) + text.utf8.count }

  static func varintByteCount(_ value: Int) -> Int { max(1, (Int.bitWidth - value.leadingZeroBitCount + 6) / 7) }

  fileprivate mutating func list<Element>(
    _ tag: UInt8, _ elements: [Element], _ write: (inout ByteWriter, Element) -> Void
  ) {
    integer(elements.isEmpty ? UInt8(17) : tag)
    varint(UInt64(elements.count))
    for element in elements { write(&self, element) }
  }
}

extension ByteReader {
  package mutating func text(limit: Int) throws(FormatError) -> UTF8Text {
    let start = offset
    let count = Int(try varint(limit: UInt64(limit)))
    guard let text = UTF8Text(validating: try array(count)) else {
      throw .damaged("fields", "text is not UTF-8", at: start)
    }
    return text
  }

  package mutating func metadataKey(after last: UTF8Text?) throws(FormatError) -> UTF8Text {
    let key = try text(limit: MetadataFields.keyByteCountMax)
    guard MetadataFields.isKey(key) else { throw damaged("a key that is empty or holds NUL") }
    if let last, key <= last { throw damaged("keys do not ascend") }
    return key
  }

  fileprivate mutating func finite() throws(FormatError) -> Double {
    let value = Double(bitPattern: try integer())
    guard value.isFinite else { throw damaged("a number that is not finite") }
    return value
  }

  fileprivate mutating func boolean() throws(FormatError) -> Bool {
    let byte: UInt8 = try integer()
    guard byte <= 1 else { throw damaged("\(byte) is neither false nor true") }
    return byte == 1
  }

  fileprivate mutating func list<Element>(
    width: Int, _ read: (inout ByteReader) throws(FormatError) -> Element
  ) throws(FormatError) -> [Element] {
    let count = Int(try varint(limit: UInt64(remaining)))
    guard count <= remaining / width else { throw .truncated("fields", at: offset) }
    var elements: [Element] = []
    elements.reserveCapacity(count)
    for _ in 0..<count { elements.append(try read(&self)) }
    return elements
  }

  /// A list whose kind says nothing about strings: one without elements has the tag of strings.
  fileprivate mutating func elements<Element>(
    width: Int, _ read: (inout ByteReader) throws(FormatError) -> Element
  ) throws(FormatError) -> [Element] {
    let elements = try list(width: width, read)
    guard !elements.isEmpty else { throw damaged("an array without elements has tag 17") }
    return elements
  }
}
