internal import Catalog
internal import ObjectTier
package import Primitives
package import SnapshotFormat
package import SnapshotStore

/// The deltas of a collection, as the newest head and the origin tell of them.
package struct DeltaListing: Sendable {
  /// By producer, then sequence.
  package let pending: [DeltaSummary]
  /// What of them cannot be read.
  package let unreadable: [PendingDeltas.Unreadable]
  package let quarantined: [QuarantinedDelta]
  /// Up to which sequence each producer's are compacted.
  package let compacted: [ProducerName: UInt64]
  /// Missing sequences that later ones wait for.
  package let gaps: [ProducerName: UInt64]
}

extension VectorStore {
  /// What waits, what is compacted, what was set aside. Reads no segment.
  package func deltas() throws(StoreError) -> DeltaListing {
    let head = try head()
    let state = try CompactedState(head, try manifest(of: head))
    let pending = try catching { () throws(DeltaLogError) in try listing.pending(after: state) }
    return DeltaListing(
      pending: pending.summaries, unreadable: pending.unreadable,
      quarantined: head.quarantine.filter { !$0.isToBeRetried },
      compacted: state.positions.mapValues(\.sequence), gaps: pending.gaps)
  }

  /// Accounts for every operation that was appended: from the origins in the newest version's segments, and from the
  /// deltas themselves for what waits or was set aside. Of segments, nothing else is read.
  package func reconcile() throws(StoreError) -> Reconciliation {
    let head = try head()
    let manifest = try manifest(of: head)
    let state = try CompactedState(head, manifest)
    let pending = try catching { () throws(DeltaLogError) in try listing.pending(after: state) }
    let behind = try catching { () throws(DeltaLogError) in try listing.behind(pending.gaps, after: state) }
    let origins = try manifest.map { manifest throws(StoreError) in try self.origins(of: manifest) } ?? KnownOrigins()
    var entries: [Reconciliation.Entry] = []
    for delta in head.quarantine where !delta.isToBeRetried {
      let waiting = pending.waiting[delta.producer] ?? []
      let known = try catching { () throws(DeltaLogError) in try listing.writtenAgain(delta, among: waiting) }
      entries.append(try quarantinedEntry(known ?? delta))
    }
    entries += origins.listed.map { Reconciliation.Entry($0) }
    entries += (pending.summaries + behind.summaries).map { delta in
      let later = pending.waiting[delta.reference.producer] ?? []
      let isLate = delta.tail.footer.leastClock <= state.oldestRecord
      let isWrittenAgain = isLate && later.contains(where: delta.isWrittenAgain)
      return Reconciliation.Entry(delta, state: isWrittenAgain ? .writtenAgain : .pending)
    }
    for delta in pending.unreadable + behind.unreadable {
      entries.append(
        Reconciliation.Entry(
          producer: delta.reference.producer, sequence: delta.reference.sequence, run: "", expected: 0, operations: 0,
          state: .damaged(reason: "\(delta.error)")))
    }
    let compacted = state.positions.mapValues(\.sequence)
    return Reconciliation(
      entries, past: origins.past, compacted: compacted, forgotten: origins.forgotten(compacted))
  }

  func origins(of manifest: ManifestReader) throws(StoreError) -> KnownOrigins {
    let stored = try segments(of: manifest, .ranged)
    var origins = KnownOrigins()
    for one in stored {
      try one.entry.named { () throws(StoreError) in
        do throws(FormatError) { origins.add(try one.segment.allOrigins()) } catch {
          throw .damage(error, of: .manifest(manifest.name), in: store.catalog.origin.location)
        }
      }
    }
    return origins
  }

  /// A delta that was set aside counts what its header and footer say; nothing, where they cannot be read.
  private func quarantinedEntry(_ delta: QuarantinedDelta) throws(StoreError) -> Reconciliation.Entry {
    let key = ObjectKey.delta(collection, delta.producer, sequence: delta.sequence)
    let header = try unlessDamaged { () throws(DeltaLogError) in try listing.header(at: key) }
    let tail = try unlessDamaged { () throws(DeltaLogError) in try listing.tail(key) }
    return Reconciliation.Entry(
      producer: delta.producer, sequence: delta.sequence, run: header?.run ?? "", expected: header?.expected ?? 0,
      operations: tail?.footer.counts.total ?? 0,
      state: delta.isWrittenAgain ? .writtenAgain : .quarantined(reason: delta.reason))
  }

  private func unlessDamaged<Value>(_ body: () throws(DeltaLogError) -> Value?) throws(StoreError) -> Value? {
    do throws(DeltaLogError) {
      return try body()
    } catch {
      if case .damaged = error { return nil }
      throw StoreError(error, in: store.catalog.origin)
    }
  }
}
