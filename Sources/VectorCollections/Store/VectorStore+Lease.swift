internal import Catalog
internal import Primitives
package import SnapshotStore

/// How a compaction takes the lease of its collection, and who hears of it.
package struct LeaseUse: Sendable {
  /// So long a lease is waited for, at most; nil: as long as the settings say.
  package var timeoutSeconds: Double?
  /// Ends the wait for a lease early.
  package var isStopped: @Sendable () -> Bool
  /// Is told of a lease when it is acquired, with nothing held yet, and when its work has ended.
  package var changed: @Sendable (LeaseChange, LeaseReport) -> Void
  /// Begins the thread on which a lease beats.
  package var begin: @Sendable (@escaping @Sendable () -> Void) -> Void

  package init(
    isStopped: @escaping @Sendable () -> Bool = { false },
    changed: @escaping @Sendable (LeaseChange, LeaseReport) -> Void = { _, _ in },
    begin: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void = { BlockingThread($0)?.detach() }
  ) {
    self.isStopped = isStopped
    self.changed = changed
    self.begin = begin
  }
}

/// What happened to a lease.
package enum LeaseChange: String, Sendable {
  case acquired, released, fenced
}

extension VectorStore {
  /// Runs `body` under the lease of the collection, where the settings want one.
  func holdingLease(
    _ deadline: Deadline, _ body: (LeaseKeeper?) throws(StoreError) -> CompactionResult
  ) throws(StoreError) -> CompactionResult {
    guard let use = settings.lease else { return try body(nil) }
    let leases = Leases(store.catalog, collection, settings: store.settings)
    let limit = use.timeoutSeconds.map { deadline.earlier(Deadline(seconds: $0, from: store.settings.clock)) }
    let acquired = try store.catching { () throws(CatalogError) in
      try leases.acquire(deadline: limit ?? deadline, isStopped: use.isStopped)
    }
    let keeper = LeaseKeeper(acquired, of: leases, begin: use.begin)
    use.changed(.acquired, LeaseReport(keeper))
    do throws(StoreError) {
      var result = try body(keeper)
      result.lease = end(keeper, .released, use)
      return result
    } catch {
      var change = LeaseChange.released
      if case .catalog(.fenced) = error { change = .fenced }
      _ = end(keeper, change, use)
      throw error
    }
  }

  private func end(_ keeper: LeaseKeeper, _ change: LeaseChange, _ use: LeaseUse) -> LeaseReport {
    let report = LeaseReport(keeper)
    keeper.finish()
    use.changed(change, report)
    return report
  }
}
