internal import Primitives

extension RawSpan {
  /// The little-endian integer at `offset`, or nil where the span ends before it does.
  package func word<Value: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Value.Type) -> Value? {
    guard offset >= 0, byteCount >= MemoryLayout<Value>.size, offset <= byteCount - MemoryLayout<Value>.size else {
      return nil
    }
    // Safe: integers have no invalid bit patterns, and the bounds were checked.
    return unsafe Value(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: Value.self))
  }

  /// The bytes from `start` up to `end`, or nil where the span does not have them, or they are in the wrong order.
  @_lifetime(copy self)
  package func slice(_ start: Int, _ end: Int) -> RawSpan? {
    guard start >= 0, start <= end, end <= byteCount else { return nil }
    return extracting(start..<end)
  }

  package var isZero: Bool {
    // Safe: the index is below the byte count.
    for index in 0..<byteCount where unsafe unsafeLoad(fromByteOffset: index, as: UInt8.self) != 0 { return false }
    return true
  }

  /// Compares bytes as unsigned numbers, a prefix first: below zero, zero, above zero.
  package func order(_ other: [UInt8]) -> Int {
    let shared = Swift.min(byteCount, other.count)
    for index in 0..<shared {
      // Safe: the index is below the byte count.
      let byte = unsafe unsafeLoad(fromByteOffset: index, as: UInt8.self)
      if byte != other[index] { return byte < other[index] ? -1 : 1 }
    }
    return byteCount - other.count
  }
}

extension Array where Element == UInt8 {
  package init(copying span: RawSpan) {
    self = unsafe span.withUnsafeBytes { unsafe Array($0) }
  }
}
