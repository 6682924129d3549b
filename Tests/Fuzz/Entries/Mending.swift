import Primitives
package import SnapshotFormat

/// Puts right what no mutation gets right by chance. Whatever the bytes are, nothing is read or written out of bounds.
extension Array where Element == UInt8 {
  func number<Value: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Value.Type) -> Int? {
    rawSpan.word(at: offset, as: type).flatMap { Int(exactly: $0) }
  }

  mutating func put<Value: FixedWidthInteger>(_ value: Value, at offset: Int) {
    guard offset >= 0, count >= MemoryLayout<Value>.size, offset <= count - MemoryLayout<Value>.size else { return }
    for index in 0..<MemoryLayout<Value>.size {
      self[offset + index] = UInt8(truncatingIfNeeded: value >> Value(index * 8))
    }
  }

  /// Writes the CRC-32C of a range at an offset, where there are such.
  mutating func putCRC(of start: Int, _ end: Int, at offset: Int) {
    if let crc = crc(of: start, end) { put(crc, at: offset) }
  }

  func crc(of start: Int, _ end: Int, continuing crc: UInt32 = 0) -> UInt32? {
    guard let part = rawSpan.slice(start, end) else { return nil }
    return CRC32C.of(part, continuing: crc)
  }

  mutating func putDigest(_ digest: Digest, at offset: Int) {
    for index in 0..<4 { put(digest.words[index], at: offset + index * 8) }
  }

  mutating func mendPreamble() {
    putCRC(of: 0, 92, at: 92)
  }

  /// The seal at the end, for an object of this name.
  mutating func mendSeal(named name: ObjectKey) {
    let end = count - SealedObject.sealByteCount
    guard let digest = seal(of: end, named: name) else { return }
    putDigest(digest, at: end)
    put(UInt16(0), at: end + Digest.byteCount)
  }

  private func seal(of byteCount: Int, named name: ObjectKey) -> Digest? {
    guard let sealed = rawSpan.slice(0, byteCount) else { return nil }
    return SealedObject.digest(of: sealed, named: name)
  }

  /// Preamble, byte counts and seal of an object made of sections.
  package mutating func mendSealedObject(named name: ObjectKey) {
    let end = count - SealedObject.sealByteCount
    guard end >= Preamble.byteCount + 4 else { return }
    mendPreamble()
    put(UInt32(end - Preamble.byteCount - 4), at: Preamble.byteCount)
    mendSections(until: end)
    mendSeal(named: name)
  }

  /// A section that reaches beyond the end is cut there.
  private mutating func mendSections(until end: Int) {
    var offset = Preamble.byteCount + 4
    while offset + 8 <= end, let count = number(at: offset + 4, as: UInt32.self) {
      let left = end - offset - 8
      if count > left { put(UInt32(left), at: offset + 4) }
      offset += 8 + Swift.min(count, left)
    }
  }
}
