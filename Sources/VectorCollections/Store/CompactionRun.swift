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
  /// Whether it is remembered what became of each record.
  let explains: Bool
  let schema: VectorSchema
  let segments: [StoredSegment]
  var intake: DeltaIntake
  var plan: CompactionPlan
  var table = RowTable()
  /// The rows of the table, in order, and what they change.
  var rows: [Row] = []
  var live = LiveCount()
  /// The deltas that are taken: the place of each is its number in the table.
  var taken: [DeltaSummary] = []
  var compacted: [CompactedDelta] = []
  /// The greatest clock of rows and changes that were left out because they are old.
  var givenUp = HybridClock.zero

  init(
    _ vectors: VectorStore, _ base: VersionCommit.Base, _ limits: CompactionPlan.Limits, _ keeper: LeaseKeeper?,
    explains: Bool
  ) throws(StoreError) {
    self.vectors = vectors
    self.explains = explains
    self.base = base
    self.keeper = keeper
    let state = try CompactedState(base.head, base.manifest)
    self.state = state
    intake = try vectors.catching { () throws(DeltaLogError) in try DeltaIntake(vectors.listing, after: state) }
    intake.hold(vectors.clockBound)
    // Where neither a version nor the head tells it, a delta does: one that is taken in, not of another look.
    let version = try base.manifest.map { manifest throws(StoreError) in try vectors.schema(manifest) } ?? nil
    let known = version ?? base.head.schema ?? intake.schema
    let schema = known ?? VectorSchema(dimension: 0)
    self.schema = schema
    let log = vectors.log(schema)
    intake.admit(vectors.admission(schema, state))
    plan = CompactionPlan(waiting: [:], segments: [])
    segments =
      try intake.waitingCount > 0
      ? base.manifest.map { manifest throws(StoreError) in
        try vectors.segments(of: manifest, .ranged)
      } ?? [] : []
    guard intake.waitingCount > 0 else { return }
    try take(limits, log)
  }

  /// Reads the deltas of the plan. One that turns out to be unusable is set aside, and the others are taken; where none
  /// is left, another plan is made.
  ///
  /// Whether a row becomes too large, together with what the collection has and with all of them, shows when all are
  /// read. They are read once more then, with that in mind, to find out which delta it is, if it is one. Where more
  /// rows are so large than there is memory for, fewer deltas are taken; one alone that is too much is set aside.
  private func take(_ limits: CompactionPlan.Limits, _ log: DeltaLog) throws(StoreError) {
    let dead = try reading { () throws(FormatError) in try DeadRows(segments.map(\.segment)) }
    let summaries = segments.map {
      SegmentSummary($0.segment.index, deadRowCount: Int(dead.counts[$0.name] ?? 0))
    }
    var crowded = CrowdedRows()
    var limits = limits
    while intake.waitingCount > 0 {
      plan = CompactionPlan(
        waiting: intake.waiting.mapValues { $0.map(\.reference) }, segments: summaries, limits: limits)
      (table, taken) = (RowTable(over: crowded.bases, crowding: .noted, explains: explains), [])
      try absorb(log)
      let leavesDeltas = taken.count < intake.waitingCount || intake.leavesUnlisted
      plan.narrow(to: taken.map(\.reference), leavesDeltas: leavesDeltas)
      guard !taken.isEmpty else { continue }
      rows = table.sorted
      live = try reading { () throws(FormatError) in try LiveCount(self, rows) }
      let keys = table.crowded.union(live.crowded).union(crowded.unmet(by: table))
      guard !keys.isEmpty else { return }
      let measuresNoOther = crowded.bases.isEmpty
      guard try !measure(keys, &crowded, log) else { continue }
      if taken.count == 1, measuresNoOther { intake.setAside(taken[0], CompactionRun.tooManyLargeRows) }
      crowded = CrowdedRows()
      limits.deltaCount = max(1, taken.count / 2)
    }
    (table, rows, live, taken) = (RowTable(), [], LiveCount(), [])
    plan.narrow(to: [], leavesDeltas: intake.leavesUnlisted)
  }

  private static let tooManyLargeRows = "changes more records near the limit of what a row may have than fit in memory"

  /// Finds out what else counts for the size of some rows. False where that takes more memory than it may.
  private func measure(
    _ keys: Set<RowKey>, _ crowded: inout CrowdedRows, _ log: DeltaLog
  ) throws(StoreError) -> Bool {
    var bodies: [RowKey: Stamp] = [:]
    for delta in taken {
      try keeper?.check()
      let newest = try vectors.catching { () throws(DeltaLogError) in try log.newestBodies(of: keys, in: delta) }
      bodies.merge(newest, uniquingKeysWith: max)
    }
    let lookup = RowLookup(segments.map(\.segment))
    let limit = vectors.settings.tableByteCountMax
    return try reading { () throws(FormatError) in
      try crowded.add(keys, bodies: bodies, limit: limit) { key throws(FormatError) in try lookup.row(of: key) }
    }
  }

  /// Stops where the rows take as much memory as they may: the rest is left for the next compaction.
  private func absorb(_ log: DeltaLog) throws(StoreError) {
    for reference in plan.deltas {
      guard table.byteCount < vectors.settings.tableByteCountMax else { return }
      // Another of its producer may have come to hold it up.
      guard let delta = intake.delta(reference) else { continue }
      try keeper?.check()
      do throws(IntakeFailure) {
        try log.absorb(delta, as: taken.count, into: &table)
        taken.append(delta)
      } catch {
        switch error {
        case .unusable(let reason), .tooMuch(let reason): intake.setAside(delta, reason)
        case .log(let error): throw StoreError(error, in: vectors.store.catalog.origin)
        }
      }
    }
  }

  /// By producer, then sequence.
  var compactedInOrder: [CompactedDelta] {
    compacted.sorted { ($0.producer, $0.sequence) < ($1.producer, $1.sequence) }
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
      throw damage(error)
    }
  }

  func damage(_ error: FormatError) -> StoreError {
    .damage(error, of: .manifest(base.manifest?.name ?? .zero), in: "a segment of version \(base.version)")
  }
}
