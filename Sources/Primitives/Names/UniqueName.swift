/// A name of 16 bytes that is used once, ever: of a pack, a manifest root, a write.
///
/// Names of packs and roots begin with the 8 bytes of the intent they were written under (formats/store.md §1).
public struct UniqueName: Hashable, Sendable {
  /// The first and the last 8 bytes, the first byte in the lowest bits.
  package let high: UInt64
  package let low: UInt64

  package static let byteCount = 16
  package static let zero = UniqueName(high: 0, low: 0)

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// A fresh name under an intent.
  package init(intent: IntentIdentifier, random: some RandomSource) {
    self.init(high: intent.value, low: random.next())
  }

  /// A fresh name that belongs to no intent.
  package init(random: some RandomSource) {
    self.init(high: random.next(), low: random.next())
  }

  /// Reads 32 lower-case hex digits; nil for anything else.
  package init?(hex: some StringProtocol) {
    guard let bytes = Hex.bytes(hex), bytes.count == UniqueName.byteCount else { return nil }
    self.init(high: littleEndianWord(bytes[0..<8]), low: littleEndianWord(bytes[8..<16]))
  }

  package var intent: IntentIdentifier { IntentIdentifier(value: high) }

  /// The 16 bytes, in order.
  public var bytes: [UInt8] { littleEndianBytes(high) + littleEndianBytes(low) }

  /// 32 lower-case hex digits.
  public var hex: String { Hex.string(bytes) }
}

extension UniqueName: CustomStringConvertible {
  public var description: String { hex }
}

/// The 8 bytes that tie packs to the intent they were written under.
package struct IntentIdentifier: Hashable, Sendable {
  package let value: UInt64

  package static let zero = IntentIdentifier(value: 0)

  package init(value: UInt64) {
    self.value = value
  }

  package init(random: some RandomSource) {
    self.init(value: random.next())
  }

  package init?(hex: some StringProtocol) {
    guard let bytes = Hex.bytes(hex), bytes.count == 8 else { return nil }
    self.init(value: littleEndianWord(bytes[...]))
  }

  /// 16 lower-case hex digits.
  package var hex: String { Hex.string(littleEndianBytes(value)) }
}

private func littleEndianWord(_ bytes: ArraySlice<UInt8>) -> UInt64 {
  bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
}

private func littleEndianBytes(_ word: UInt64) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
}
