internal import Catalog
package import Primitives
package import SnapshotFormat
package import SnapshotStore

/// What became of one delta in a compaction.
package struct CompactedDelta: Sendable, Equatable {
  package let producer: ProducerName
  package let sequence: UInt64
  package let run: String
  package let applied: UInt64
  package let superseded: UInt64
  /// Ids whose changes found no record: they count as applied, and take effect when it comes.
  package let waiting: WaitingRecords
}

/// What a compaction came to.
package struct CompactionResult: Sendable {
  /// The newest version; nil before the first.
  package let row: VersionRow?
  /// The head that shows it.
  package let head: Head
  /// Whether no version was made.
  package let isUnchanged: Bool
  package let deltas: [CompactedDelta]
  /// What was set aside by this compaction.
  package let quarantined: [QuarantinedDelta]
  /// What waits because a clock is ahead of the one here, or no more can be set aside.
  package let held: [HeldDelta]
  /// Whether deltas are left that the next one could take.
  package let leavesDeltas: Bool
  package let statistics: WriteStatistics
  /// The lease it was made under, if it was.
  package var lease: LeaseReport?
}

extension VectorStore {
  /// Makes a version of what waits: of each producer a run without gaps; what cannot be used is set aside with its
  /// reason, what is ahead of the clock here goes on waiting, and the rest is taken.
  ///
  /// Phase 1 is done again on the newest head when another compaction was faster. Where the settings say so, all of it
  /// happens under the lease of the collection.
  ///
  /// - Parameters:
  ///   - deltaCountMax: how many deltas are taken at most.
  ///   - explain: is told, once all is committed, what became of each record, ascending by name; then of those that
  ///   were set aside. Of a delta that cannot be read, nothing.
  /// - Throws: `.catalog` with nothing published, unless it is `.outcomeUnknown`; `.catalog(.locked)` when the lease
  /// did not come in time, `.catalog(.fenced)` when another took it over.
  package func compact(
    deltaCountMax: Int? = nil, message: String = "", deadline: Deadline = .never,
    explain: ((RecordReport) -> Void)? = nil
  ) throws(StoreError) -> CompactionResult {
    let head = try head()
    // Before there is a lease.
    try AppendMemory.KnownHead(head, try manifest(of: head)).requireWritable(in: store)
    return try holdingLease(deadline) { keeper throws(StoreError) in
      try compact(deltaCountMax: deltaCountMax, message: message, deadline: deadline, explain, keeper)
    }
  }

  private func compact(
    deltaCountMax: Int?, message: String, deadline: Deadline, _ explain: ((RecordReport) -> Void)?,
    _ keeper: LeaseKeeper?
  ) throws(StoreError) -> CompactionResult {
    var limits = settings.plan
    if let deltaCountMax { limits.deltaCount = max(1, deltaCountMax) }
    var commit = VersionCommit(collection: collection, kind: .vectors, action: .compact, message: message)
    commit.deadline = deadline
    commit.leaseToken = keeper?.token
    var run: CompactionRun?
    let outcome = try store.commit(commit, baseVersion: { $0.newestVersion }) { base throws(StoreError) in
      let next = try CompactionRun(self, base, limits, keeper, explains: explain != nil)
      run = next
      guard !next.plan.isEmpty else { return .unchanged }
      let manifest = try next.write(message: message)
      try keeper?.check()
      var further: [HeadChange] = next.readmitted.isEmpty ? [] : [.readmit(next.readmitted)]
      further += next.oldestRecordChange
      let aside = next.intake.quarantined + next.intake.remarked
      if !aside.isEmpty { further.append(.quarantine(aside)) }
      return .manifest(manifest, basis: .head, further: further)
    }
    var aside = run?.intake.quarantined.sorted() ?? []
    let held = run?.intake.heldInOrder ?? []
    switch outcome {
    case .committed(let row, let head, let manifest):
      if let explain { run?.explain(aside, explain) }
      return CompactionResult(
        row: row, head: head, isUnchanged: false, deltas: run?.compactedInOrder ?? [], quarantined: aside, held: held,
        leavesDeltas: run?.plan.leavesDeltas ?? false, statistics: manifest.statistics)
    case .unchanged(let head):
      aside = try setAside(aside, deadline, keeper?.token)
      if let explain { run?.explain(aside, explain) }
      return CompactionResult(
        row: head.newestRow, head: head, isUnchanged: true, deltas: [], quarantined: aside, held: held,
        leavesDeltas: false, statistics: WriteStatistics())
    }
  }

  /// Sets deltas aside without making a version: those that the newest head has not compacted meanwhile.
  ///
  /// - Returns: those that were set aside now.
  private func setAside(
    _ deltas: [QuarantinedDelta], _ deadline: Deadline, _ leaseToken: UInt64?
  ) throws(StoreError) -> [QuarantinedDelta] {
    guard !deltas.isEmpty else { return [] }
    var settings = store.settings
    settings.policy = settings.policy.forSmallChanges
    let transaction = CommitTransaction(store.catalog, collection, settings: settings, deadline: deadline)
    var taken: [QuarantinedDelta] = []
    do throws(CommitFailure<StoreError>) {
      _ = try transaction.retrying { head throws(StoreError) in
        let state = try CompactedState(head, try manifest(of: head))
        var new = deltas.filter { !head.quarantine.contains($0) && $0.isOpen(in: state) }
        // Others may have set some aside meanwhile: the rest waits for its turn.
        let more = new.filter { state.quarantined($0.producer, $0.sequence) == nil }
        let room = Head.quarantineCountMax - head.quarantine.count
        if more.count > room { new.removeAll { more.dropFirst(max(0, room)).contains($0) } }
        taken = new
        return new.isEmpty ? nil : Proposal([.quarantine(new)], leaseToken: leaseToken)
      }
      return taken
    } catch { throw StoreError(error, tier: store.catalog.origin) }
  }
}

extension QuarantinedDelta {
  /// Whether nobody took the delta in meanwhile: its producer's line stands before it, or it was put back to be tried
  /// again.
  fileprivate func isOpen(in state: CompactedState) -> Bool {
    sequence > state.sequence(of: producer) || state.quarantined(producer, sequence)?.isToBeRetried == true
  }
}
