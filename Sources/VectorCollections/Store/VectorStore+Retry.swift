internal import Catalog
package import Primitives
internal import SnapshotFormat
package import SnapshotStore

/// Why a delta is not put back.
package enum RetryError: Error, Sendable {
  case store(StoreError)
  case notQuarantined
  /// What was wrong with it still is, or something else.
  case unusable(String)
}

extension VectorStore {
  /// Puts a delta that was set aside back: the next compaction takes it, wherever its producer's line stands by then.
  ///
  /// It is read to its end first, and refused while it cannot be used. Putting it back twice is harmless.
  package func retry(
    _ producer: ProducerName, sequence: UInt64, deadline: Deadline = .never
  ) throws(RetryError) {
    try requireUsable(producer, sequence)
    var settings = store.settings
    settings.policy = settings.policy.forSmallChanges
    let transaction = CommitTransaction(store.catalog, collection, settings: settings, deadline: deadline)
    do throws(CommitFailure<CatalogError>) {
      _ = try transaction.retrying { (head) throws(CatalogError) in
        let entry = head.quarantine.first { $0.producer == producer && $0.sequence == sequence }
        guard let entry, !entry.isToBeRetried else { return nil }
        return Proposal([.quarantine([entry.toBeRetried])])
      }
    } catch { throw .store(StoreError(error.error, tier: store.catalog.origin)) }
  }

  /// - Throws: `.unusable` with the reason it would be set aside for again.
  private func requireUsable(_ producer: ProducerName, _ sequence: UInt64) throws(RetryError) {
    let (state, schema): (CompactedState, VectorSchema)
    do throws(StoreError) {
      let head = try head()
      let manifest = try manifest(of: head)
      state = try CompactedState(head, manifest)
      schema = try self.schema(manifest, head) ?? VectorSchema(dimension: 0)
    } catch { throw .store(error) }
    guard let entry = state.quarantined(producer, sequence) else { throw .notQuarantined }
    let log = log(schema)
    let found: DeltaLog.Finding
    do throws(DeltaLogError) { found = try log.find(producer, sequence) } catch {
      throw .store(StoreError(error, in: store.catalog.origin))
    }
    switch found {
    case .missing: throw .unusable("it is not there")
    case .unreadable(let delta): throw .unusable("cannot be read: \(delta.error)")
    case .found(let delta):
      let defect = admission(schema, state).defect(of: delta, after: nil) ?? entry.defect(of: delta)
      if let defect { throw .unusable(defect) }
      try readThrough(delta, log)
    }
  }

  private func readThrough(_ delta: DeltaSummary, _ log: DeltaLog) throws(RetryError) {
    do throws(IntakeFailure) {
      var table = RowTable(crowding: .noted)
      try log.absorb(delta, as: 0, into: &table)
      guard !table.crowded.isEmpty else { return }
      var crowded = CrowdedRows()
      do throws(DeltaLogError) {
        let bodies = try log.newestBodies(of: table.crowded, in: delta)
        // Of a single delta, and nothing else: never too much.
        _ = crowded.add(table.crowded, bodies: bodies, limit: .max) { _ in nil }
      } catch { throw .log(error) }
      table = RowTable(over: crowded.bases)
      try log.absorb(delta, as: 0, into: &table)
    } catch {
      switch error {
      case .unusable(let reason), .tooMuch(let reason): throw .unusable(reason)
      case .log(let error): throw .store(StoreError(error, in: store.catalog.origin))
      }
    }
  }
}
