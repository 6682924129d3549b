/// A SHA-256 value: the identity of a chunk, a page, a file's content or a sealed object.
///
/// Ordered as its 32 bytes are.
public struct Digest: Hashable, Sendable {
  /// The 32 bytes as four words, the first byte in the lowest bits of the first word.
  package let words: InlineArray<4, UInt64>

  package static let byteCount = 32
  /// 32 zero bytes: "no digest" where a format page says so.
  package static let zero = Digest(words: [0, 0, 0, 0])

  package init(words: InlineArray<4, UInt64>) {
    self.words = words
  }

  /// - Precondition: `bytes` has exactly 32 bytes.
  package init(bytes: some Collection<UInt8>) {
    precondition(bytes.count == Digest.byteCount, "a digest has 32 bytes")
    var words: InlineArray<4, UInt64> = [0, 0, 0, 0]
    var index = 0
    for byte in bytes {
      words[index / 8] |= UInt64(byte) << UInt64(8 * (index % 8))
      index += 1
    }
    self.words = words
  }

  /// The 32 bytes, in order.
  public var bytes: [UInt8] {
    (0..<Digest.byteCount).map { UInt8(truncatingIfNeeded: words[$0 / 8] >> UInt64(8 * ($0 % 8))) }
  }

  /// 64 lower-case hex digits.
  public var hex: String { Hex.string(bytes) }

  public static func == (left: Digest, right: Digest) -> Bool {
    left.words[0] == right.words[0] && left.words[1] == right.words[1]
      && left.words[2] == right.words[2] && left.words[3] == right.words[3]
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(words[0])
  }
}

extension Digest: Comparable {
  public static func < (left: Digest, right: Digest) -> Bool {
    for index in 0..<4 where left.words[index] != right.words[index] {
      return left.words[index].byteSwapped < right.words[index].byteSwapped
    }
    return false
  }
}

extension Digest: CustomStringConvertible {
  public var description: String { hex }
}
