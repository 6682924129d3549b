import SnapshotEngine

/// Records that look like those of an OCR pipeline: the same for the same seed.
struct Records {
  let dimension: Int
  private var state: UInt64

  init(dimension: Int, seed: UInt64) {
    self.dimension = dimension
    state = seed
  }

  static func id(_ number: Int) -> String {
    "IMAGE#\(pad(number / 100, 6))#WORD#\(pad(number, 8))"
  }

  static func pad(_ number: Int, _ width: Int) -> String { pad(String(number), width) }

  /// The last so many digits, with zeros before them where there are fewer.
  static func pad(_ digits: String, _ width: Int) -> String {
    String(repeating: "0", count: max(0, width - digits.count)) + digits.suffix(width)
  }

  mutating func record(_ number: Int) -> VectorRecord {
    let vector = vector()
    let metadata: [String: MetadataItem] = [
      "page": .integer(Int64(number % 7)), "confidence": .number(Double(next() >> 40) / 16_777_216),
      "label": .string(["TOTAL", "TAX", "ITEM", "DATE"][number % 4]),
    ]
    return VectorRecord(id: Records.id(number), vector: vector, metadata: metadata, document: "word \(number % 5_000)")
  }

  mutating func vector() -> [Float] { (0..<dimension).map { _ in element() } }

  /// Between -1 and 1, with all bits of its fraction at work.
  private mutating func element() -> Float { Float(Int64(next() >> 40)) / 8_388_608 - 1 }

  /// xorshift64*
  mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_F491_4F6C_DD1D
  }
}
