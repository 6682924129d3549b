import SnapshotFormat

/// A way to change bytes.
enum ByteChange: String, CaseIterable {
  case flip, set, number, cut, extend, swap, double, zero, splice

  /// - Parameter donor: other bytes, a part of which may be taken.
  func apply(to bytes: inout [UInt8], donor: [UInt8], _ chance: inout Chance) {
    switch self {
    case .flip: bytes.changeOne(&chance) { $0 ^ (1 << UInt8($1.below(8))) }
    case .set: bytes.changeOne(&chance) { _, chance in chance.pick([0, 1, 0x7F, 0x80, 0xFE, 0xFF]) ?? 0 }
    case .number: bytes.changeNumber(&chance)
    case .cut: bytes.removeLast(bytes.count - bytes.place(&chance))
    case .extend: bytes += chance.happens(50) ? chance.bytes(1 + chance.below(80)) : Array(donor.prefix(4_096))
    case .swap: bytes.swapRanges(&chance)
    case .double:
      let range = bytes.range(&chance)
      bytes.insert(contentsOf: Array(bytes[range]), at: range.upperBound)
    case .zero:
      let range = bytes.range(&chance)
      bytes.replaceSubrange(range, with: repeatElement(0, count: range.count))
    case .splice:
      guard !donor.isEmpty else { return }
      let start = chance.happens(50) ? bytes.place(&chance) : min(donor.place(&chance), bytes.count)
      let part = donor[donor.range(&chance)]
      bytes.replaceSubrange(start..<min(start + part.count, bytes.count), with: part)
    }
  }
}

extension [UInt8] {
  /// An offset: anywhere, or near one of the ends, where most of what is decoded stands.
  fileprivate func place(_ chance: inout Chance) -> Int {
    let near = Swift.min(count, 256)
    switch chance.below(4) {
    case 0: return chance.below(near)
    case 1: return count - near + chance.below(near)
    default: return chance.below(count)
    }
  }

  fileprivate func range(_ chance: inout Chance) -> Range<Int> {
    let start = place(&chance)
    let longest = chance.happens(70) ? 64 : count
    return start..<Swift.min(count, start + 1 + chance.below(longest))
  }

  fileprivate mutating func changeOne(_ chance: inout Chance, _ change: (UInt8, inout Chance) -> UInt8) {
    guard !isEmpty else { return }
    let place = place(&chance)
    self[place] = change(self[place], &chance)
  }

  /// Puts an awkward number of two, four or eight bytes in the place of another.
  fileprivate mutating func changeNumber(_ chance: inout Chance) {
    let width = chance.pick([2, 4, 8]) ?? 4
    guard count >= width else { return }
    let place = Swift.min(place(&chance), count - width)
    let bits = UInt64(width * 8)
    let most = bits == 64 ? UInt64.max : (1 << bits) - 1
    var value = (0..<width).reduce(UInt64(0)) { $0 | UInt64(self[place + $1]) << UInt64($1 * 8) }
    switch chance.below(7) {
    case 0: value = 0
    case 1: value = most
    case 2: value = most >> 1
    case 3: value &+= 1
    case 4: value &-= 1
    case 5: value = UInt64(chance.below(2 * count + 1))
    default: value = (most >> 1) + 1
    }
    for index in 0..<width { self[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(index * 8)) }
  }

  fileprivate mutating func swapRanges(_ chance: inout Chance) {
    let (one, other) = (range(&chance), range(&chance))
    let (first, second) = one.lowerBound <= other.lowerBound ? (one, other) : (other, one)
    guard first.upperBound <= second.lowerBound else { return }
    let (left, middle, right) = (self[first], self[first.upperBound..<second.lowerBound], self[second])
    replaceSubrange(first.lowerBound..<second.upperBound, with: Array(right + middle + left))
  }
}
