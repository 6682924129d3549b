import SnapshotEngine

/// Appends and compacts records.
struct Fill {
  private static let batchCount = 10_000

  private let engine: SnapshotEngine
  private let name: String
  private let count: Int
  private var records: Records

  init(_ engine: SnapshotEngine, _ name: String, count: Int, dimension: Int, seed: UInt64) {
    self.engine = engine
    self.name = name
    self.count = count
    records = Records(dimension: dimension, seed: seed | 1)
  }

  mutating func run() async throws {
    for start in stride(from: 0, to: count, by: Fill.batchCount) {
      let batch = (start..<min(start + Fill.batchCount, count)).map { RecordChange.put(records.record($0)) }
      try await engine.append(batch, to: name)
    }
    while try await engine.compact(name).leavesDeltas {}
  }
}
