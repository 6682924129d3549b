import SnapshotEngine

/// Overwrites records in many places, and appends some, a hundredth of all each; then compacts.
struct Scatter {
  private static let runCount = 333

  private let engine: SnapshotEngine
  private let name: String
  private let count: Int
  private var records: Records

  init(_ engine: SnapshotEngine, _ name: String, count: Int, dimension: Int, seed: UInt64) {
    self.engine = engine
    self.name = name
    self.count = count
    records = Records(dimension: dimension, seed: ~seed | 1)
  }

  /// How many records were overwritten, how many appended, and CPU seconds of the compactions.
  mutating func run() async throws {
    let runLength = max(1, count / 100 / Scatter.runCount)
    var overwritten: [Int] = []
    for run in 0..<Scatter.runCount {
      // One in each of as many stretches, so that none meets another.
      let stretch = count / Scatter.runCount
      let start = run * stretch + Int(records.next() % UInt64(max(1, stretch - runLength)))
      overwritten += start..<start + runLength
    }
    try await append(overwritten)
    try await append(Array(count..<count + count / 100))
    let before = Seconds.cpu
    while try await engine.compact(name).leavesDeltas {}
    print("overwritten", overwritten.count)
    print("appended", count / 100)
    print("cpu", Seconds.cpu - before)
  }

  private mutating func append(_ numbers: [Int]) async throws {
    try await engine.append(numbers.map { .put(records.record($0)) }, to: name)
  }
}
