import SnapshotEngine

/// Appends and compacts records.
struct Fill {
  static let batchCount = 10_000

  private let engine: SnapshotEngine
  private let name: String
  private let count: Int
  private var next: (Int) -> VectorRecord

  /// - Parameter records: makes what gives the records, by their numbers.
  init(_ engine: SnapshotEngine, _ name: String, count: Int, records: () -> (Int) -> VectorRecord) {
    self.engine = engine
    self.name = name
    self.count = count
    next = records()
  }

  init(_ engine: SnapshotEngine, _ name: String, count: Int, dimension: Int, seed: UInt64) {
    self.init(engine, name, count: count) {
      var records = Records(dimension: dimension, seed: seed | 1)
      return { records.record($0) }
    }
  }

  func run() async throws {
    try await append()
    while try await engine.compact(name).leavesDeltas {}
  }

  func append() async throws {
    for start in stride(from: 0, to: count, by: Fill.batchCount) {
      let batch = (start..<min(start + Fill.batchCount, count)).map { RecordChange.put(next($0)) }
      try await engine.append(batch, to: name)
    }
  }
}
