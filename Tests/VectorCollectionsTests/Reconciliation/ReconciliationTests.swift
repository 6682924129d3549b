import Primitives
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
