internal import Glibc

extension Array where Element == UInt8 {
  /// The array's bytes, borrowed.
  package var rawSpan: RawSpan {
    @_lifetime(borrow self)
    get {
      // Safe: bytes have no padding and no invalid patterns.
      unsafe span.bytes
    }
  }
}

extension ArraySlice where Element == UInt8 {
  /// The slice's bytes, borrowed.
  package var rawSpan: RawSpan {
    @_lifetime(borrow self)
    get {
      // Safe: bytes have no padding and no invalid patterns.
      unsafe span.bytes
    }
  }
}

extension RawSpan {
  /// Whether two spans hold the same bytes.
  package func isSame(as other: RawSpan) -> Bool {
    guard byteCount == other.byteCount else { return false }
    guard byteCount > 0 else { return true }
    // Safe: both spans have as many bytes as are compared.
    return unsafe withUnsafeBytes { mine in
      unsafe other.withUnsafeBytes { unsafe memcmp(mine.baseAddress!, $0.baseAddress!, mine.count) } == 0
    }
  }
}
