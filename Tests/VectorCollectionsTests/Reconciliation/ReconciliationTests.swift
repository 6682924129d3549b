import Primitives
import SnapshotFormat
import Testing
import VectorCollections

struct ReconciliationTests {
  private let alpha = ProducerName("alpha")!

  private func entry(
    _ sequence: UInt64, _ operations: UInt64, _ state: Reconciliation.Entry.State, expected: UInt64 = 0
  )
    -> Reconciliation.Entry
  {
    Reconciliation.Entry(
      producer: alpha, sequence: sequence, run: "r", expected: expected, operations: operations, state: state)
  }

  @Test func `a run that declared more than it appended does not reconcile and says how many are missing`() {
    let result = Reconciliation([entry(1, 86, .pending, expected: 100)], compacted: [:])
    #expect(!result.reconciles && result.runs[0].missing == 14)
  }

  @Test func `a sequence of which nothing is known does not reconcile`() {
    let result = Reconciliation([entry(1, 5, .pending), entry(3, 5, .pending)], compacted: [alpha: 4])
    #expect(!result.reconciles && result.missing == [alpha: [2, 4]])
  }

  @Test func `what was compacted, waits and is quarantined adds up to what was declared`() {
    let entries = [
      entry(1, 50, .compacted(applied: 48, superseded: 2), expected: 100), entry(2, 30, .pending, expected: 100),
      entry(3, 20, .quarantined(reason: "old"), expected: 100),
    ]
    let result = Reconciliation(entries, compacted: [alpha: 1])
    #expect(result.reconciles && result.runs.map(\.appended) == [100] && result.runs[0].compacted == 50)
  }

  @Test func `a delta told of twice counts once`() {
    let compacted = entry(1, 5, .compacted(applied: 5, superseded: 0))
    let result = Reconciliation([compacted, entry(1, 5, .pending)], compacted: [alpha: 1])
    #expect(result.runs[0].appended == 5 && result.runs[0].pending == 0 && result.reconciles)
  }

  @Test func `sequences whose origins fell away are not missing`() {
    let result = Reconciliation([entry(8, 5, .pending)], compacted: [alpha: 7], forgotten: [alpha: 7])
    #expect(result.reconciles)
  }

  /// What a segment tells of so many deltas of which a few more came than it can list: `zzz` wrote the first ones, one
  /// run, and `mmm` the last.
  private func origins(without missing: Set<UInt64> = []) throws -> KnownOrigins {
    func origin(_ name: String, _ sequence: UInt64, _ clock: UInt64, expected: UInt64) -> SegmentOrigin {
      SegmentOrigin(
        producer: ProducerName(name)!, sequence: sequence, digest: .zero, run: name, expected: expected, applied: 1,
        superseded: 0, clocks: HybridClock(clock)...HybridClock(clock))
    }
    let limit = UInt64(SegmentOrigin.countMax)
    var description = SegmentWriter.Description(
      schema: VectorSchema(dimension: 0), name: .zero, generation: 1, created: Timestamp(milliseconds: 0))
    description.origins = [origin("gone", 1, 1, expected: 1)]
    description.origins += (1...limit).map { origin("zzz", $0, $0 + 1, expected: limit) }
    let last = (1...3).filter { !missing.contains($0) }
    description.origins += last.map { origin("mmm", $0, limit + $0 + 9, expected: 3) }
    var writer = SegmentWriter(description)
    let row = Row(
      StampedOperation(clock: HybridClock(1), operation: .delete(RecordName("a")!)), by: ProducerName("zzz")!)
    try writer.add(row)
    var known = KnownOrigins()
    known.add(try SegmentReader(writer.finish().bytes.rawSpan).readOrigins())
    return known
  }

  private func reconciled(_ origins: KnownOrigins) -> Reconciliation {
    let compacted = [
      ProducerName("gone")!: 1, ProducerName("zzz")!: UInt64(SegmentOrigin.countMax), ProducerName("mmm")!: 3,
    ]
    return Reconciliation(
      origins.listed.map { Reconciliation.Entry($0) }, past: origins.past, compacted: compacted,
      forgotten: origins.forgotten(compacted))
  }

  @Test func `a delta that is missing is told, though older ones are no longer listed`() throws {
    let result = reconciled(try origins(without: [2]))
    #expect(!result.reconciles && result.missing == [ProducerName("mmm")!: [2]])
    #expect(result.runs.first { $0.name == "mmm" }?.missing == 1)
  }

  @Test func `deltas that are no longer listed are not missing, and runs add up that they were part of`() throws {
    let origins = try origins()
    #expect(origins.listed.count == SegmentOrigin.countMax && !origins.isWhole)
    let result = reconciled(origins)
    #expect(result.reconciles, "\(result.missing)")
    #expect(result.runs.map(\.appended) == [1, 3, UInt64(SegmentOrigin.countMax)])
  }

  @Test func `a run that brings more than it declared does not reconcile and says how many are too much`() {
    let twice = [entry(1, 50, .pending, expected: 50), entry(2, 50, .pending, expected: 50)]
    let result = Reconciliation(twice, compacted: [:])
    #expect(!result.reconciles && result.runs[0].surplus == 50 && result.runs[0].missing == 0)
  }

  @Test func `a damaged delta that nobody set aside does not reconcile, and is named, not missing`() {
    let result = Reconciliation([entry(1, 5, .pending), entry(2, 0, .damaged(reason: "torn"))], compacted: [:])
    #expect(!result.reconciles && result.missing.isEmpty)
    #expect(result.damaged == [Reconciliation.Damaged(producer: alpha, sequence: 2, reason: "torn")])
  }

  @Test(.timeLimit(.minutes(1))) func `a gap of any length is told in part, and does not reconcile`() {
    let result = Reconciliation([entry(1, 5, .pending), entry(.max - 1, 5, .pending)], compacted: [:])
    #expect(!result.reconciles && result.missing[alpha]?.first == 2 && result.missing[alpha]?.count == 1_000_000)
  }
}
