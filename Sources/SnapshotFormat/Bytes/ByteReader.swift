package import Primitives

/// Reads little-endian fields from bytes that may hold anything.
///
/// - Every read is checked against what is left; a failed read names `subject` and the offset.
/// - Nothing is allocated before its byte count is known to be there.
package struct ByteReader: ~Escapable {
  private let bytes: RawSpan
  package private(set) var offset = 0
  private let subject: StaticString

  @_lifetime(copy bytes)
  package init(_ bytes: RawSpan, of subject: StaticString) {
    self.bytes = bytes
    self.subject = subject
  }

  package var remaining: Int { bytes.byteCount - offset }
  package var isAtEnd: Bool { remaining == 0 }

  package mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type = Value.self
  ) throws(FormatError) -> Value {
    let width = MemoryLayout<Value>.size
    guard remaining >= width else { throw .truncated(name, at: offset) }
    // Safe: integers have no invalid bit patterns, and the span checks the bounds.
    let value = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Value.self)
    offset += width
    return Value(littleEndian: value)
  }

  /// The next `count` bytes, without copying them.
  @_lifetime(copy self)
  package mutating func span(_ count: Int) throws(FormatError) -> RawSpan {
    guard count >= 0, remaining >= count else { throw .truncated(name, at: offset) }
    let part = bytes.extracting(offset..<(offset + count))
    offset += count
    return part
  }

  package mutating func array(_ count: Int) throws(FormatError) -> [UInt8] {
    let part = try span(count)
    return unsafe part.withUnsafeBytes { unsafe Array($0) }
  }

  package mutating func digest() throws(FormatError) -> Digest {
    Digest(words: [try integer(), try integer(), try integer(), try integer()])
  }

  package mutating func uniqueName() throws(FormatError) -> UniqueName {
    UniqueName(high: try integer(), low: try integer())
  }

  package mutating func timestamp() throws(FormatError) -> Timestamp {
    Timestamp(milliseconds: try integer())
  }

  /// `u16` byte count, then as many bytes, at most `limit`.
  package mutating func bytes16(limit: Int = 65_535) throws(FormatError) -> [UInt8] {
    let count = Int(try integer(UInt16.self))
    guard count <= limit else { throw .beyondLimit(name, "\(count) bytes where \(limit) are allowed", at: offset - 2) }
    return try array(count)
  }

  /// `bytes16` that is UTF-8 without NUL.
  package mutating func string(limit: Int = 65_535) throws(FormatError) -> String {
    let start = offset
    let utf8 = try bytes16(limit: limit)
    guard !utf8.contains(0), let text = String(validating: utf8, as: UTF8.self) else {
      throw .damaged(name, "text is not UTF-8", at: start)
    }
    return text
  }

  /// Unsigned LEB128 in its shortest form.
  package mutating func varint(limit: UInt64 = UInt64(UInt32.max)) throws(FormatError) -> UInt64 {
    let start = offset
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      let byte = try integer(UInt8.self)
      let part = UInt64(byte & 0x7F)
      guard part <= (UInt64.max >> shift) else { break }
      value |= part << shift
      if byte & 0x80 == 0 {
        guard shift == 0 || byte != 0 else { throw .damaged(name, "a varint longer than necessary", at: start) }
        guard value <= limit else { throw .beyondLimit(name, "\(value) where \(limit) is allowed", at: start) }
        return value
      }
    }
    throw .damaged(name, "a varint without end", at: start)
  }

  /// Refuses reserved bytes that are not zero.
  package mutating func reserved(_ count: Int) throws(FormatError) {
    let start = offset
    for byte in try array(count) where byte != 0 {
      throw .damaged(name, "reserved bytes are not zero", at: start)
    }
  }

  /// A count of things that each take at least `width` bytes of what is left.
  package mutating func count(_ type: (some FixedWidthInteger & BitwiseCopyable).Type, width: Int, limit: Int)
    throws(FormatError) -> Int
  {
    let start = offset
    guard let count = Int(exactly: try integer(type)), count <= limit else {
      throw .beyondLimit(name, "a count above \(limit)", at: start)
    }
    guard count <= remaining / max(width, 1) else { throw .truncated(name, at: offset) }
    return count
  }

  /// Bytes left over are damage.
  package func finish() throws(FormatError) {
    guard isAtEnd else { throw .damaged(name, "\(remaining) bytes are left over", at: offset) }
  }

  package func damaged(_ reason: String) -> FormatError {
    .damaged(name, reason, at: offset)
  }

  private var name: String { "\(subject)" }
}
