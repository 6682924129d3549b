internal import Catalog
package import Primitives
internal import SnapshotFormat
package import SnapshotStore

extension VectorStore {
  /// Replicates the versions that this collection has in another store (`StoreCopy`); of what waits here nothing is
  /// passed over without being named.
  ///
  /// - Throws: `.invalid`, before anything is written, where a version has compacted other deltas under the numbers of
  ///   those that wait here, or no longer accepts what is as old, or these have another schema. What is appended under
  ///   such a number just as its version is committed is set aside, to be put back.
  package func copy(from source: VectorStore, deadline: Deadline = .never) throws(StoreError) -> StoreCopy.Result {
    try requireSchema(of: source)
    let before = try compactedState()
    let oldest = HybridClock(try source.head().fences.oldestRecord)
    let copied = Result { () throws(StoreError) in
      try StoreCopy(from: source.store, to: store, deadline: deadline).run(collection) { rows throws(StoreError) in
        try requireRoom(for: rows, of: source, oldest)
      }
    }
    if case .failure = copied, try headIfPresent() == nil { return try copied.get() }
    // Also where the copy ran out of its time.
    let (clock, seconds) = (store.settings.clock, store.settings.policy.lockTimeoutSeconds)
    let aside = Result { () throws(StoreError) in
      try setAside(overtakenSince: before, Deadline(seconds: seconds, from: clock))
    }
    let result = try copied.get()
    try aside.get()
    return result
  }

  private func compactedState() throws(StoreError) -> CompactedState {
    guard let head = try headIfPresent() else { return CompactedState() }
    return try CompactedState(head, try manifest(of: head))
  }

  /// What waits here would be set aside for another schema.
  private func requireSchema(of source: VectorStore) throws(StoreError) {
    guard let wanted = try source.schema(), let schema = try schema(), schema != wanted else { return }
    throw .invalid(
      """
      \(collection): its records have \(wanted.dimension) dimensions there, and \(schema.dimension) here; nothing was \
      written
      """)
  }

  private func requireRoom(
    for rows: [VersionRow], of source: VectorStore, _ oldest: HybridClock
  ) throws(StoreError) {
    let head = try headIfPresent()
    let newer = rows.filter { $0.version > head?.newestVersion ?? 0 }
    let state = try compactedState()
    let deltas = try catching { () throws(DeltaLogError) in try OvertakenDeltas(listing, after: state) }
    let outdated = try deltas.outdated(by: oldest)
    guard outdated.isEmpty else {
      throw .invalid(
        """
        \(collection): its versions there accept nothing that is as old as some deltas that wait here, and these would \
        be set aside for good: \(VectorStore.names(outdated)); nothing of it was written. Append their work there
        """)
    }
    // What the newest does not pass over, none does: how far is compacted only grows.
    guard let newest = newer.last, try !deltas.found(by: newest, in: source).isEmpty else { return }
    for row in newer {
      let overtaken = try deltas.found(by: row, in: source)
      guard !overtaken.isEmpty else { continue }
      throw .invalid(
        """
        \(collection)@\(row.version) has other deltas under the numbers of some that wait here, and these would never \
        be compacted: \(VectorStore.names(overtaken.map { ($0.producer, $0.sequence) })); nothing of it was written. \
        Give each store's writers producers of their own
        """)
    }
  }

  /// What came between the last look and the commit.
  private func setAside(overtakenSince state: CompactedState, _ deadline: Deadline) throws(StoreError) {
    guard let row = try head().newestRow else { return }
    let deltas = try catching { () throws(DeltaLogError) in try OvertakenDeltas(listing, after: state) }
    let overtaken = try deltas.found(by: row, in: self, isCertain: true)
    guard !overtaken.isEmpty else { return }
    var settings = store.settings
    settings.policy = settings.policy.forSmallChanges
    let transaction = CommitTransaction(store.catalog, collection, settings: settings, deadline: deadline)
    do throws(CommitFailure<StoreError>) {
      _ = try transaction.retrying { head throws(StoreError) in
        let entries = overtaken.filter { delta in
          !head.quarantine.contains { ($0.producer, $0.sequence) == (delta.producer, delta.sequence) }
        }
        guard !entries.isEmpty else { return nil }
        guard head.quarantine.count + entries.count <= Head.quarantineCountMax else {
          throw .invalid(
            """
            \(collection): no more can be set aside, and the versions passed over \
            \(VectorStore.names(entries.map { ($0.producer, $0.sequence) }))
            """)
        }
        return Proposal([.quarantine(entries)])
      }
    } catch { throw StoreError(error, tier: store.catalog.origin) }
  }

  /// The first ones, and how many there are.
  private static func names(_ deltas: [(producer: ProducerName, sequence: UInt64)]) -> String {
    let names = deltas.prefix(16).map { "\($0.producer)/\($0.sequence)" }.joined(separator: ", ")
    return deltas.count > 16 ? "\(names) and \(deltas.count - 16) more" : names
  }
}
