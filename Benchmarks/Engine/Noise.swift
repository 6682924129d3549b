/// Bytes and numbers that are the same for the same seed.
struct Noise {
  private var state: UInt64

  init(seed: UInt64) {
    precondition(seed != 0, "0 gives nothing but zeros")
    state = seed
  }

  /// xorshift64*
  mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_F491_4F6C_DD1D
  }

  mutating func number(below limit: Int) -> Int { Int(next() >> 1) % limit }

  /// Between -1 and 1, with all bits of its fraction at work.
  mutating func element() -> Float { Float(Int64(next() >> 40)) / 8_388_608 - 1 }

  mutating func vector(_ dimension: Int) -> [Float] { (0..<dimension).map { _ in element() } }

  /// Little-endian, as an array of floats lies in its file.
  mutating func floats(byteCount: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(byteCount)
    while bytes.count < byteCount {
      let bits = element().bitPattern
      for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(shift))) }
    }
    return bytes
  }

  /// Lines of a log, as many as are asked for.
  mutating func lines(_ count: Int) -> [UInt8] {
    (0..<count).reduce(into: []) { bytes, step in
      bytes += Array("{\"step\": \(step), \"loss\": \(element()), \"page\": \(number(below: 9_000))}\n".utf8)
    }
  }
}
