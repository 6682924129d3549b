import Primitives
import SnapshotFormat
import Testing
import VectorCollections

struct CompactionPlanTests {
  private func deltas(_ name: String, _ sequences: ClosedRange<UInt64>, byteCount: UInt64 = 10) -> [DeltaReference] {
    sequences.map { DeltaReference(producer: ProducerName(name)!, sequence: $0, byteCount: byteCount) }
  }

  private func waiting(_ lists: [DeltaReference]...) -> [ProducerName: [DeltaReference]] {
    Dictionary(uniqueKeysWithValues: lists.map { ($0[0].producer, $0) })
  }

  private func segment(_ number: UInt64, _ names: ClosedRange<String>, byteCount: Int = 100, dead: Int = 0)
    -> SegmentSummary
  {
    SegmentSummary(
      name: UniqueName(high: 0, low: number), byteCount: byteCount, rowCount: 100, deadRowCount: dead,
      names: RecordName(names.lowerBound)!...RecordName(names.upperBound)!)
  }

  @Test func `where nothing waits there is nothing to do`() {
    #expect(CompactionPlan(waiting: [:], segments: [segment(1, "a"..."z")]).isEmpty)
  }

  @Test func `segments stay as they are while few are dead and few lie over each other`() {
    let segments = (1...7 as ClosedRange<UInt64>).map { segment($0, "a"..."z", dead: 50) }
    let plan = CompactionPlan(waiting: waiting(deltas("p", 1...3)), segments: segments)
    #expect(plan.deltas.count == 3 && plan.rewritten.isEmpty && plan.kept == segments && !plan.isComplete)
  }

  @Test func `a segment more than half dead is rewritten`() {
    let plan = CompactionPlan(
      waiting: [:], segments: [segment(1, "a"..."z", dead: 51), segment(2, "a"..."z", dead: 50)])
    #expect(plan.rewritten.map(\.name.low) == [1] && !plan.isEmpty)
  }

  @Test func `when too many lie over each other the small ones are merged and the large one stays`() {
    let segments = (1...8 as ClosedRange<UInt64>).map { segment($0, "a"..."z", byteCount: $0 == 3 ? 9_000 : 100) }
    let plan = CompactionPlan(waiting: waiting(deltas("p", 1...1)), segments: segments)
    #expect(plan.kept.contains { $0.name.low == 3 } && plan.kept.count == 3)
  }

  @Test func `segments side by side are no reason to rewrite`() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]
    let segments = names.enumerated().map { segment(UInt64($0.offset), "\($0.element)1"..."\($0.element)9") }
    let plan = CompactionPlan(waiting: waiting(deltas("p", 1...1)), segments: segments)
    #expect(plan.rewritten.isEmpty)
  }

  @Test func `each producer gets its turn, in runs without gaps`() {
    var limits = CompactionPlan.Limits()
    limits.deltaCount = 5
    let plan = CompactionPlan(
      waiting: waiting(deltas("busy", 7...30), deltas("calm", 1...2)), segments: [], limits: limits)
    #expect(plan.deltas.filter { $0.producer.string == "busy" }.map(\.sequence) == [7, 8, 9])
    #expect(plan.deltas.filter { $0.producer.string == "calm" }.map(\.sequence) == [1, 2])
    #expect(plan.leavesDeltas && !plan.isComplete)
  }

  @Test func `a delta larger than the limit is taken alone rather than never`() {
    var limits = CompactionPlan.Limits()
    limits.deltaByteCount = 5
    let plan = CompactionPlan(waiting: waiting(deltas("p", 1...2)), segments: [], limits: limits)
    #expect(plan.deltas.map(\.sequence) == [1])
  }
}
