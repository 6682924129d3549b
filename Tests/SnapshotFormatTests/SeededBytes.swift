import Primitives
import SnapshotFormat

/// Bytes from a seed, so that a failing test can be run again.
func seededBytes(_ count: Int, seed: UInt64) -> [UInt8] {
  let random = SeededRandomSource(seed: seed)
  var bytes: [UInt8] = []
  bytes.reserveCapacity(count + 8)
  while bytes.count < count {
    let word = random.next()
    for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
  }
  return Array(bytes.prefix(count))
}

/// `bytes` with `count` places changed.
func changed(_ bytes: [UInt8], places count: Int, seed: UInt64) -> [UInt8] {
  let random = SeededRandomSource(seed: seed)
  var changed = bytes
  for _ in 0..<count where !changed.isEmpty { changed[Int(random.next() % UInt64(changed.count))] &+= 1 }
  return changed
}

func name(_ number: UInt64) -> UniqueName {
  UniqueName(high: 0xAB, low: number)
}

/// A reference to a chunk in full.
func fullReference(_ seed: UInt64, byteCount: Int = 65_536, pack: UInt64 = 1) -> Reference {
  Reference(
    id: .of(seededBytes(16, seed: seed)), byteCount: byteCount,
    place: Reference.Place(
      pack: name(pack), frameOffset: 144, frameByteCount: 70_000, formOffset: 0, formByteCount: byteCount))
}
