internal import Catalog
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// Phase 1 of one compaction, on one head: what is taken, what is rewritten, and the rows of both.
final class CompactionRun {
  let vectors: VectorStore
  let base: VersionCommit.Base
  /// The lease that it works under, if it does.
  let keeper: LeaseKeeper?
  let state: CompactedState
  let schema: VectorSchema
  let segments: [StoredSegment]
  var intake: DeltaIntake
  var plan: CompactionPlan
  var table = RowTable()
  /// The deltas of the plan, in its order: the place of each is its number in the table.
  var taken: [DeltaSummary] = []
  var compacted: [CompactedDelta] = []

  init(
    _ vectors: VectorStore, _ base: VersionCommit.Base, _ limits: CompactionPlan.Limits, _ keeper: LeaseKeeper?
  ) throws(StoreError) {
    self.vectors = vectors
    self.base = base
    self.keeper = keeper
    let state = try CompactedState(base.head, base.manifest)
    self.state = state
    intake = try vectors.catching { () throws(DeltaLogError) in try DeltaIntake(vectors.listing, after: state) }
    intake.hold(vectors.clockBound, after: state)
    // Before the first version a delta tells it: one of those that are taken in, not of another look at the log.
    let known = base.manifest == nil ? intake.schema : try vectors.schema(base.manifest)
    let schema = known ?? VectorSchema(dimension: 0)
    self.schema = schema
    let log = vectors.log(schema)
    intake.admit(vectors.admission(schema, state), after: state)
    plan = CompactionPlan(waiting: [:], segments: [])
    let isPending = intake.waiting.values.contains { !$0.isEmpty }
    segments =
      try isPending
      ? base.manifest.map { manifest throws(StoreError) in
        try vectors.segments(of: manifest, .ranged)
      } ?? [] : []
    guard isPending else { return }
    try take(limits, log)
  }

  /// Reads the deltas of the plan. One that turns out to be unusable is set aside, and the plan is made again without
  /// it.
  private func take(_ limits: CompactionPlan.Limits, _ log: DeltaLog) throws(StoreError) {
    let dead = try reading { () throws(FormatError) in try DeadRows(segments.map(\.segment)) }
    let summaries = segments.map {
      SegmentSummary($0.segment.index, deadRowCount: Int(dead.counts[$0.name] ?? 0))
    }
    while true {
      plan = CompactionPlan(
        waiting: intake.waiting.mapValues { $0.map(\.reference) }, segments: summaries, limits: limits)
      taken = plan.deltas.compactMap { delta in
        intake.waiting[delta.producer]?.first { $0.reference == delta }
      }
      table = RowTable()
      guard let unusable = try absorb(log) else { return }
      intake.setAside(unusable.delta, unusable.reason)
    }
  }

  private func absorb(_ log: DeltaLog) throws(StoreError) -> (delta: DeltaSummary, reason: String)? {
    for (number, delta) in taken.enumerated() {
      try keeper?.check()
      do throws(IntakeFailure) {
        try log.absorb(delta, as: number, into: &table)
      } catch {
        switch error {
        case .unusable(let reason): return (delta, reason)
        case .log(let error): throw StoreError(error, in: vectors.store.catalog.origin)
        }
      }
    }
    return nil
  }

  /// What was set aside and is taken now.
  var readmitted: [QuarantinedDelta] {
    taken.compactMap { state.quarantined($0.reference.producer, $0.reference.sequence) }
  }

  var kept: [StoredSegment] {
    let names = Set(plan.kept.map(\.name))
    return segments.filter { names.contains($0.name) }
  }

  var rewritten: [StoredSegment] {
    let names = Set(plan.rewritten.map(\.name))
    return segments.filter { names.contains($0.name) }
  }

  /// Names the version when something in a segment is not what it should be.
  func reading<Value>(_ body: () throws(FormatError) -> Value) throws(StoreError) -> Value {
    do throws(FormatError) {
      return try body()
    } catch {
      let name = base.manifest?.name ?? .zero
      throw .damage(error, of: .manifest(name), in: "a segment of version \(base.version)")
    }
  }
}
