import SnapshotEngine

/// Words as an OCR pipeline brings them, each with about 300 bytes of metadata and text: the same for the same seed.
struct Words {
  private static let labels = ["TOTAL", "TAX", "ITEM", "DATE", "MERCHANT", "NONE"]
  private static let texts = [
    "SUBTOTAL", "12.99", "Milk", "THANK", "YOU", "2026-03-14", "Organic", "x2", "VISA", "CHANGE",
  ]

  private var chance: Records

  init(dimension: Int, seed: UInt64) {
    chance = Records(dimension: dimension, seed: seed | 1)
  }

  mutating func next(_ number: Int) -> VectorRecord {
    let text = Words.texts[Int(chance.next() % UInt64(Words.texts.count))]
    let metadata: [String: MetadataItem] = [
      "image_id": .string("\(hex(8))-\(hex(4))-\(hex(4))-\(hex(4))-\(hex(12))"),
      "receipt_id": .integer(Int64(number / 100 % 4)), "line_id": .integer(Int64(number / 8 % 90)),
      "word_id": .integer(Int64(number % 8)), "text": .string(text), "label": .string(label()),
      "x": .number(fraction()), "y": .number(fraction()), "width": .number(fraction()), "height": .number(fraction()),
      "confidence": .number(fraction()), "validated": .boolean(number % 5 == 0),
    ]
    let vector = chance.vector()
    return VectorRecord(
      id: Records.id(number), vector: vector, metadata: metadata, document: "\(text) <EDGE> \(text) \(number % 1_000)")
  }

  mutating func number(below limit: Int) -> Int { Int(chance.next() % UInt64(limit)) }

  private mutating func label() -> String { Words.labels[Int(chance.next() % UInt64(Words.labels.count))] }

  /// With six digits behind the point, as such pipelines round them.
  private mutating func fraction() -> Double { Double(chance.next() % 1_000_000) / 1_000_000 }

  private mutating func hex(_ count: Int) -> String {
    let digits = String(chance.next() & 0xFFFF_FFFF_FFFF, radix: 16)
    return Records.pad(digits, count)
  }
}

extension Words {
  /// Metadata as a program that stores JSON would have it, without a blank.
  static func json(_ metadata: [String: MetadataItem]) -> String {
    "{" + metadata.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\(json($0.value))" }.joined(separator: ",") + "}"
  }

  private static func json(_ item: MetadataItem) -> String {
    switch item {
    case .string(let text): "\"\(text)\""
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .boolean(let value): "\(value)"
    default: "null"
    }
  }
}
