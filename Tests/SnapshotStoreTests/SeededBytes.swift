import Primitives

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
