import Synchronization

/// How many mutations of which kind came to what.
struct Tally: Sendable {
  struct Row: Hashable, Sendable {
    let kind: String
    let change: String
    let verdict: String
  }

  private(set) var counts: [Row: UInt64] = [:]
  private(set) var failures: [String] = []
  private static let failureCountMax = 1_000

  mutating func add(_ kind: ObjectKind, _ change: String, _ verdict: Verdict, _ told: @autoclosure () -> String) {
    counts[Row(kind: kind.rawValue, change: change, verdict: verdict.name), default: 0] += 1
    guard case .failed(let reason) = verdict, failures.count < Tally.failureCountMax else { return }
    failures.append("\(told()): \(reason)")
  }

  mutating func merge(_ other: Tally) {
    counts.merge(other.counts) { $0 + $1 }
    failures += other.failures
  }

  /// One line for each kind of object and of change, then one for each kind of object, then the sum.
  func report() -> String {
    var lines: [String] = []
    lines += sums(by: { "\($0.kind) | \($0.change)" })
    lines += sums(by: { "\($0.kind) | all" })
    lines += sums(by: { _ in "all | all" })
    return lines.joined(separator: "\n")
  }

  private func sums(by name: (Row) -> String) -> [String] {
    Dictionary(grouping: counts, by: { name($0.key) }).sorted { $0.key < $1.key }.map { name, rows in
      let parts = Verdict.names.map { verdict in
        "\(verdict) \(rows.filter { $0.key.verdict == verdict }.reduce(0) { $0 + $1.value })"
      }
      return "\(name) | \(rows.reduce(0) { $0 + $1.value }) | \(parts.joined(separator: ", "))"
    }
  }
}
