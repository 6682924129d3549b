import SnapshotEngine

/// Compacts small deltas into a collection, one after another, and tells what each took this process.
struct Compactions {
  /// So many records a compaction takes in, half of them in the place of others.
  private static let deltaCount = 600

  private let engine: SnapshotEngine
  private let name: String
  private let count: Int
  private let rounds: Int
  private var words: Words

  init(_ engine: SnapshotEngine, _ name: String, count: Int, dimension: Int, rounds: Int, seed: UInt64) {
    self.engine = engine
    self.name = name
    self.count = count
    self.rounds = rounds
    words = Words(dimension: dimension, seed: seed)
  }

  /// A line for each compaction: CPU seconds, seconds on the wall, bytes stored; and the CPU seconds of a tag right
  /// after it, which is a head and nothing else: with the same of another catalog it tells what opening one takes.
  mutating func run() async throws {
    let fill = Fill(engine, name, count: count) { [words] in
      var words = words
      return { words.next($0) }
    }
    try await fill.run()
    for round in 0..<rounds {
      try await engine.append(delta(round), to: name)
      let (cpu, wall) = (Seconds.cpu, Seconds.wall)
      let result = try await engine.compact(name)
      guard !result.isUnchanged, !result.leavesDeltas else { throw Measure.Refusal.usage("nothing was compacted") }
      let (spent, passed) = (Seconds.cpu - cpu, Seconds.wall - wall)
      let before = Seconds.cpu
      _ = try await engine.tag("\(name)@latest", as: "measured")
      print(spent, passed, result.bytesStored, Seconds.cpu - before)
    }
  }

  private mutating func delta(_ round: Int) -> [RecordChange] {
    let new = Compactions.deltaCount / 2
    let there = count + round * new
    return (0..<Compactions.deltaCount).map { place in
      .put(words.next(place < new ? there + place : words.number(below: there)))
    }
  }
}

/// Puts the records of a collection into another store, in one go: what it would be had it never been changed.
struct Rewrite {
  private let source: SnapshotEngine
  private let target: SnapshotEngine
  private let name: String

  init(_ source: SnapshotEngine, _ target: SnapshotEngine, _ name: String) {
    self.source = source
    self.target = target
    self.name = name
  }

  func run() async throws {
    var batch: [RecordChange] = []
    let snapshot = try await source.vectors("\(name)@latest")
    var batches: [[RecordChange]] = []
    try snapshot.scan { record in
      batch.append(.put(record))
      if batch.count == Fill.batchCount {
        batches.append(batch)
        batch = []
      }
      return true
    }
    for batch in batches + [batch] where !batch.isEmpty { try await target.append(batch, to: name) }
    while try await target.compact(name).leavesDeltas {}
  }
}
