import SnapshotEngine

/// Times reading over a synced copy, mapped, in CPU time of this process: each the best of several rounds, as other
/// load only ever makes it worse.
struct Reads {
  private static let rounds = 40
  /// What takes little is done again so long: other load lasts for longer than 40 rounds of it.
  private static let seconds = 0.5
  private static let idCount = 20_000
  private static let someIDCount = 1_000
  /// So few that what is read of them stays in the processor's caches.
  private static let warmIDCount = 100

  private let engine: SnapshotEngine
  private let name: String
  private let copy: String
  private let seed: UInt64

  init(_ engine: SnapshotEngine, _ name: String, copy: String, seed: UInt64) {
    self.engine = engine
    self.name = name
    self.copy = copy
    self.seed = seed | 1
  }

  func run() async throws {
    let snapshot = try await opened()
    let rows = Int(try snapshot.scanVectors { _, _ in true })
    try await first(rows)
    try report("scan", rows, snapshot) { snapshot in try Reads.scanned(snapshot) }
    let ids = ids(below: rows)
    let warm = Array(ids.prefix(Reads.warmIDCount))
    try report("get", warm.count, snapshot) { snapshot in try got(warm, snapshot) }
    try report("far", ids.count, snapshot) { snapshot in try got(ids, snapshot) }
    let some = Array(ids.prefix(Reads.someIDCount))
    try report("thousand", some.count, snapshot) { snapshot in try got(some, snapshot) }
    try report("record", ids.count, snapshot) { snapshot in
      var sum: Float = 0
      for id in ids { sum += try snapshot.record(id)?.vector[0] ?? .nan }
      return sum
    }
  }

  /// `first microseconds-per-row`, of the first scan after opening.
  private func first(_ rows: Int) async throws {
    var best = Double.infinity
    for _ in 0..<Reads.rounds {
      let snapshot = try await engine.vectors("\(name)@latest", copy: copy)
      let started = Seconds.cpu
      guard try Reads.scanned(snapshot).isFinite else { throw Measure.Refusal.usage("a vector is no number") }
      best = min(best, (Seconds.cpu - started) * 1e6 / Double(rows))
    }
    print("first", best)
  }

  private static func scanned(_ snapshot: VectorSnapshot) throws -> Float {
    var sum: Float = 0
    try snapshot.scanVectors { _, vector in
      sum += vector[0]
      return true
    }
    return sum
  }

  private func got(_ ids: [String], _ snapshot: VectorSnapshot) throws -> Float {
    var sum: Float = 0
    for id in ids { sum += try snapshot.withVector(id) { $0[0] } ?? .nan }
    return sum
  }

  /// `open milliseconds`
  private func opened() async throws -> VectorSnapshot {
    var best = Double.infinity
    for _ in 0..<Reads.rounds {
      let started = Seconds.cpu
      _ = try await engine.vectors("\(name)@latest", copy: copy)
      best = min(best, (Seconds.cpu - started) * 1e3)
    }
    print("open", best)
    return try await engine.vectors("\(name)@latest", copy: copy)
  }

  private func ids(below rows: Int) -> [String] {
    var chance = Records(dimension: 0, seed: seed)
    return (0..<Reads.idCount).map { _ in Records.id(Int(chance.next() % UInt64(rows))) }
  }

  /// `name microseconds-per-item`; a sum that is no number would mean that something was not found.
  private func report(
    _ name: String, _ count: Int, _ snapshot: VectorSnapshot, _ body: (VectorSnapshot) throws -> Float
  ) throws {
    var (best, round, total) = (Double.infinity, 0, 0.0)
    while round < Reads.rounds || total < Reads.seconds {
      let started = Seconds.cpu
      let sum = try body(snapshot)
      let spent = Seconds.cpu - started
      round += 1
      total += spent
      guard sum.isFinite else { throw Measure.Refusal.usage("\(name): a record is missing") }
      best = min(best, spent * 1e6 / Double(count))
    }
    print(name, best)
  }
}
