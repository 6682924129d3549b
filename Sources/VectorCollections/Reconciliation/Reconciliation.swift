package import Primitives
package import SnapshotFormat

/// Whether every operation that was announced is accounted for.
///
/// Holds when, for each run: declared = appended = applied + superseded + pending + quarantined, no sequence of any
/// producer is missing, and no delta is damaged that nobody has set aside. Everything is counted from sealed
/// deltas. One that came too late, and whose work was appended once more, counts nothing.
package struct Reconciliation: Sendable, Equatable {
  /// A sealed delta and what became of it.
  package struct Entry: Sendable, Hashable {
    package enum State: Sendable, Hashable {
      case compacted(applied: UInt64, superseded: UInt64)
      case pending
      case quarantined(reason: String)
      /// It came too late, and its work counts under a later number.
      case writtenAgain
      /// It does not verify, and no compaction has met it yet: what it should count for is not known.
      case damaged(reason: String)
    }

    package let producer: ProducerName
    package let sequence: UInt64
    package let run: String
    package let expected: UInt64
    package let operations: UInt64
    package let state: State

    package init(
      producer: ProducerName, sequence: UInt64, run: String, expected: UInt64, operations: UInt64, state: State
    ) {
      self.producer = producer
      self.sequence = sequence
      self.run = run
      self.expected = expected
      self.operations = operations
      self.state = state
    }
  }

  /// One run of work; the empty name stands for all work without one.
  package struct Run: Sendable, Equatable {
    package let name: String
    /// 0 when nothing was declared.
    package var declared: UInt64 = 0
    package var appended: UInt64 = 0
    package var applied: UInt64 = 0
    package var superseded: UInt64 = 0
    package var pending: UInt64 = 0
    package var quarantined: UInt64 = 0

    init(name: String) {
      self.name = name
    }

    package var compacted: UInt64 { applied + superseded }
    /// Declared and not appended.
    package var missing: UInt64 { declared > appended ? declared - appended : 0 }
    /// Appended above what was declared.
    package var surplus: UInt64 { declared > 0 && appended > declared ? appended - declared : 0 }
    package var reconciles: Bool {
      (declared == 0 || declared == appended) && appended == compacted + pending + quarantined
    }
  }

  /// A delta that does not verify.
  package struct Damaged: Sendable, Equatable {
    package let producer: ProducerName
    package let sequence: UInt64
    package let reason: String

    package init(producer: ProducerName, sequence: UInt64, reason: String) {
      self.producer = producer
      self.sequence = sequence
      self.reason = reason
    }
  }

  package let runs: [Run]
  /// By producer, then sequence.
  package let damaged: [Damaged]
  /// Sequences that should be there and of which nothing is known, by producer.
  package let missing: [ProducerName: [UInt64]]

  package var reconciles: Bool { missing.isEmpty && damaged.isEmpty && runs.allSatisfy(\.reconciles) }

  /// So many missing sequences of a producer are told.
  private static let missingCountMax = 1_000_000

  /// - Parameters:
  ///   - entries: of each delta one; of several the first counts.
  ///   - past: what compacted deltas came to that have no entry.
  ///   - forgotten: up to which sequence a producer's deltas may be among those.
  package init(
    _ entries: [Entry], past: [SegmentRunTotals] = [], compacted: [ProducerName: UInt64],
    forgotten: [ProducerName: UInt64] = [:]
  ) {
    var runs: [String: Run] = [:]
    var seen: [ProducerName: Set<UInt64>] = [:]
    var damaged: [Damaged] = []
    for entry in entries where seen[entry.producer, default: []].insert(entry.sequence).inserted {
      if case .damaged(let reason) = entry.state {
        damaged.append(Damaged(producer: entry.producer, sequence: entry.sequence, reason: reason))
      } else {
        runs[entry.run, default: Run(name: entry.run)].add(entry)
      }
    }
    for totals in past { runs[totals.run, default: Run(name: totals.run)].add(totals) }
    self.damaged = damaged.sorted { ($0.producer, $0.sequence) < ($1.producer, $1.sequence) }
    self.runs = runs.values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    missing = Reconciliation.missing(seen, compacted: compacted, forgotten: forgotten)
  }

  private static func missing(
    _ seen: [ProducerName: Set<UInt64>], compacted: [ProducerName: UInt64], forgotten: [ProducerName: UInt64]
  ) -> [ProducerName: [UInt64]] {
    var missing: [ProducerName: [UInt64]] = [:]
    for producer in Set(seen.keys).union(compacted.keys) {
      let known = seen[producer] ?? []
      let last = max(known.max() ?? 0, compacted[producer] ?? 0)
      let first = (forgotten[producer] ?? 0) + 1
      let gaps = gaps(first, last, known)
      if !gaps.isEmpty { missing[producer] = gaps }
    }
    return missing
  }

  /// The first of them, where they are very many.
  private static func gaps(_ first: UInt64, _ last: UInt64, _ known: Set<UInt64>) -> [UInt64] {
    var gaps: [UInt64] = []
    var sequence = first
    while sequence <= last, gaps.count < missingCountMax {
      if !known.contains(sequence) { gaps.append(sequence) }
      guard sequence < .max else { break }
      sequence += 1
    }
    return gaps
  }
}

extension Reconciliation.Run {
  fileprivate mutating func add(_ entry: Reconciliation.Entry) {
    declared = max(declared, entry.expected)
    if entry.state != .writtenAgain { appended += entry.operations }
    switch entry.state {
    case .compacted(let applied, let superseded):
      self.applied += applied
      self.superseded += superseded
    case .pending: pending += entry.operations
    case .quarantined: quarantined += entry.operations
    case .writtenAgain, .damaged: break
    }
  }
}

extension Reconciliation.Run {
  fileprivate mutating func add(_ totals: SegmentRunTotals) {
    declared = max(declared, totals.expected)
    appended += totals.operations
    applied += totals.applied
    superseded += totals.superseded
  }
}

extension Reconciliation.Entry {
  package init(_ origin: SegmentOrigin) {
    self.init(
      producer: origin.producer, sequence: origin.sequence, run: origin.run, expected: origin.expected,
      operations: origin.operations, state: .compacted(applied: origin.applied, superseded: origin.superseded))
  }

  package init(_ delta: DeltaSummary, state: State = .pending) {
    self.init(
      producer: delta.reference.producer, sequence: delta.reference.sequence, run: delta.header.run,
      expected: delta.header.expected, operations: delta.tail.footer.counts.total, state: state)
  }
}
