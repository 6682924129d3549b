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
    #expect(plan.deltas.count == 3 && plan.rewritten.isEmpty && plan.kept == segments)
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

  /// Segments side by side, in order, of these sizes.
  private func neighbours(_ byteCounts: [Int]) -> [SegmentSummary] {
    byteCounts.enumerated().map { number, byteCount in
      segment(UInt64(number), "\(1_000 + number)a"..."\(1_000 + number)z", byteCount: byteCount)
    }
  }

  private func rewritten(_ segments: [SegmentSummary]) -> [UInt64] {
    CompactionPlan(waiting: waiting(deltas("p", 1...1)), segments: segments).rewritten.map(\.name.low)
  }

  @Test func `large segments side by side, and few small ones, are no reason to rewrite`() {
    #expect(rewritten(neighbours(Array(repeating: 20 << 20, count: 40))).isEmpty)
    #expect(rewritten(neighbours([20 << 20, 100, 100, 100, 20 << 20, 100, 100, 100])).isEmpty)
  }

  @Test func `small segments side by side become one, and those of another size stay`() {
    #expect(rewritten(neighbours([20 << 20, 300_000, 300_000, 100, 100, 100, 100])) == [3, 4, 5, 6])
    #expect(rewritten(neighbours([20 << 20, 200_000, 200_000, 200_000, 200_000, 100])) == [1, 2, 3, 4, 5])
  }

  @Test func `of very many small segments as many become one as one merge takes, those side by side first`() {
    #expect(rewritten(neighbours(Array(repeating: 100, count: 1_000))) == Array(0..<255))
  }

  @Test func `of very many that are dead, or lie over each other, as many are rewritten as one merge takes`() {
    let dead = (0..<1_000 as Range<UInt64>).map { segment($0, "\(1_000 + $0)"..."\(1_000 + $0)", dead: 51) }
    #expect(rewritten(dead).count == 255)
    #expect(rewritten((0..<400 as Range<UInt64>).map { segment($0, "a"..."z") }).count == 255)
  }

  @Test func `small segments that lie over each other are left to be counted by depth`() {
    let segments = (1...6 as ClosedRange<UInt64>).map { segment($0, "a"..."z") }
    #expect(rewritten(segments).isEmpty)
  }

  @Test func `ids that ascend leave few segments, and each byte is written a few times`() {
    var segments: [SegmentSummary] = []
    var written = 0
    for number in 0..<1_000 as Range<UInt64> {
      let plan = CompactionPlan(waiting: waiting(deltas("p", 1...1)), segments: segments)
      let gone = Set(plan.rewritten.map(\.name))
      let new = 10_000 + plan.rewritten.reduce(0) { $0 + $1.byteCount }
      let first = plan.rewritten.map(\.leastName).min()?.string ?? "\(10_000 + number)"
      segments.removeAll { gone.contains($0.name) }
      segments.append(segment(number, first..."\(10_000 + number)", byteCount: new))
      written += new
      #expect(segments.count <= 16, "\(segments.count) segments after \(number + 1) compactions")
    }
    #expect(written <= 6 * 10_000 * 1_000, "\(written) bytes were written")
  }

  @Test func `each producer gets its turn, in runs without gaps`() {
    var limits = CompactionPlan.Limits()
    limits.deltaCount = 5
    let plan = CompactionPlan(
      waiting: waiting(deltas("busy", 7...30), deltas("calm", 1...2)), segments: [], limits: limits)
    #expect(plan.deltas.filter { $0.producer.string == "busy" }.map(\.sequence) == [7, 8, 9])
    #expect(plan.deltas.filter { $0.producer.string == "calm" }.map(\.sequence) == [1, 2])
    #expect(plan.leavesDeltas)
  }

  @Test func `a delta larger than the limit is taken alone rather than never`() {
    var limits = CompactionPlan.Limits()
    limits.deltaByteCount = 5
    let plan = CompactionPlan(waiting: waiting(deltas("p", 1...2)), segments: [], limits: limits)
    #expect(plan.deltas.map(\.sequence) == [1])
  }
}
