package import Primitives

/// Writes little-endian fields; the twin of `ByteReader`.
package struct ByteWriter: Sendable {
  package private(set) var bytes: [UInt8] = []

  package init(capacity: Int = 0) {
    bytes.reserveCapacity(capacity)
  }

  package var count: Int { bytes.count }

  package mutating func integer<Value: FixedWidthInteger>(_ value: Value) {
    unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
  }

  package mutating func append(_ more: some Sequence<UInt8>) {
    bytes.append(contentsOf: more)
  }

  package mutating func append(_ more: RawSpan) {
    unsafe more.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  package mutating func append(littleEndian values: [Float]) {
    // In memory they stand as in objects, where the machine is so.
    guard 1.littleEndian == 1 else { return values.forEach { integer($0.bitPattern) } }
    unsafe values.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  package mutating func digest(_ value: Digest) {
    for index in 0..<4 { integer(value.words[index]) }
  }

  package mutating func uniqueName(_ value: UniqueName) {
    integer(value.high)
    integer(value.low)
  }

  package mutating func timestamp(_ value: Timestamp) {
    integer(value.milliseconds)
  }

  /// - Precondition: at most 65,535 bytes.
  package mutating func bytes16(_ value: some Collection<UInt8>) {
    integer(UInt16(value.count))
    append(value)
  }

  /// - Precondition: at most 65,535 bytes of UTF-8.
  package mutating func string(_ value: String) {
    bytes16(Array(value.utf8))
  }

  package mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Gives up the first bytes, when others have taken them.
  package mutating func removeFirst(_ count: Int) {
    bytes.removeFirst(count)
  }

  package mutating func reserve(_ more: Int) {
    guard bytes.capacity < bytes.count + more else { return }
    bytes.reserveCapacity(max(bytes.count + more, 2 * bytes.capacity))
  }

  package mutating func zeros(_ count: Int) {
    bytes.append(contentsOf: repeatElement(0, count: count))
  }

  /// Writes the CRC-32C of everything from `start` on.
  package mutating func crc(from start: Int = 0) {
    integer(CRC32C.of(bytes.rawSpan.extracting(start..<bytes.count)))
  }

  /// Overwrites four bytes written before.
  package mutating func patch(_ value: UInt32, at offset: Int) {
    unsafe withUnsafeBytes(of: value.littleEndian) { source in
      for index in 0..<4 { bytes[offset + index] = unsafe source[index] }
    }
  }

  /// Overwrites two bytes written before.
  package mutating func patch16(_ value: UInt16, at offset: Int) {
    bytes[offset] = UInt8(truncatingIfNeeded: value)
    bytes[offset + 1] = UInt8(truncatingIfNeeded: value >> 8)
  }
}
