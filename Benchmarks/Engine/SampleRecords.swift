import SnapshotEngine

/// Records that look like those of an OCR pipeline, made from a seed.
struct SampleRecords {
  static let collection = "words"
  static let dimension = 64
  /// As many as are compacted before a job begins.
  static let count = 5_000
  /// As many as one batch has.
  static let batchCount = 100

  private var noise = Noise(seed: 384)

  static func id(_ number: Int) -> String { "IMAGE#\(1_000 + number / 100)#WORD#\(10_000_000 + number)" }

  mutating func vector() -> [Float] { noise.vector(SampleRecords.dimension) }

  /// Puts of records with those numbers.
  mutating func changes(_ numbers: some Sequence<Int>) -> [RecordChange] {
    numbers.map { number in
      .put(
        VectorRecord(
          id: SampleRecords.id(number), vector: vector(),
          metadata: [
            "page": .integer(Int64(number % 7)), "label": .string(["TOTAL", "TAX", "ITEM", "DATE"][number % 4]),
          ],
          document: "word \(number % 500)"))
    }
  }
}

extension Workshop {
  /// A collection of `SampleRecords.count` records, compacted; and what makes more of them.
  func withRecords() async throws -> SampleRecords {
    var records = SampleRecords()
    try await engine.append(records.changes(0..<SampleRecords.count), to: SampleRecords.collection)
    _ = try await engine.compact(SampleRecords.collection)
    return records
  }

  /// The same, in a copy that is mapped.
  func withMappedRecords() async throws -> (VectorSnapshot, SampleRecords) {
    let records = try await withRecords()
    let copy = path("records")
    try await engine.sync("\(SampleRecords.collection)@1", to: copy)
    return (try await engine.vectors("\(SampleRecords.collection)@1", copy: copy), records)
  }
}
