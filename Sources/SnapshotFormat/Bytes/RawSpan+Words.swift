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

  /// Compares bytes as unsigned numbers, a prefix first: below zero, zero, above zero. Eight at a time: the first that
  /// differ decide in either way.
  package func order(_ other: RawSpan) -> Int {
    let shared = Swift.min(byteCount, other.byteCount)
    var index = 0
    while index + 8 <= shared {
      // Safe: eight bytes from the index on are there in both, and integers have no invalid bit patterns.
      let mine = unsafe UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
      let theirs = unsafe UInt64(bigEndian: other.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
      if mine != theirs { return mine < theirs ? -1 : 1 }
      index += 8
    }
    while index < shared {
      // Safe: the index is below both byte counts.
      let mine = unsafe unsafeLoad(fromByteOffset: index, as: UInt8.self)
      let theirs = unsafe other.unsafeLoad(fromByteOffset: index, as: UInt8.self)
      if mine != theirs { return mine < theirs ? -1 : 1 }
      index += 1
    }
    return byteCount - other.byteCount
  }
}

extension RawSpan {
  /// A number that differs where bytes differ, nearly always. The same in every process; nowhere stored.
  package var mixedHash: UInt64 {
    var hash = UInt64(truncatingIfNeeded: byteCount)
    var offset = 0
    while let word = word(at: offset, as: UInt64.self) {
      hash = RawSpan.mixed(hash ^ word)
      offset += 8
    }
    while let byte = word(at: offset, as: UInt8.self) {
      hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
      offset += 1
    }
    return RawSpan.mixed(hash)
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return product.high ^ product.low
  }
}

extension Array where Element == UInt8 {
  package init(copying span: RawSpan) {
    self = unsafe span.withUnsafeBytes { unsafe Array($0) }
  }

  package mutating func append(copying span: RawSpan) {
    unsafe span.withUnsafeBytes { unsafe append(contentsOf: $0) }
  }
}
