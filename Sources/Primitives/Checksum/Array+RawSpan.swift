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
