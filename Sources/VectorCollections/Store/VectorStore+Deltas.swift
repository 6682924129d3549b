internal import Catalog
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
    let origins = try manifest.map { manifest throws(StoreError) in try self.origins(of: manifest) } ?? []
    var entries = head.quarantine.filter { !$0.isToBeRetried }.map { quarantinedEntry($0) }
    entries += origins.map { Reconciliation.Entry($0) }
    entries += (pending.summaries + behind.summaries).map { Reconciliation.Entry($0) }
    for delta in pending.unreadable + behind.unreadable {
      entries.append(
        Reconciliation.Entry(
          producer: delta.reference.producer, sequence: delta.reference.sequence, run: "", expected: 0, operations: 0,
          state: .damaged(reason: "\(delta.error)")))
    }
    return Reconciliation(
      entries, compacted: state.positions.mapValues(\.sequence), forgotten: forgotten(origins, state))
  }

  func origins(of manifest: ManifestReader) throws(StoreError) -> [SegmentOrigin] {
    let stored = try segments(of: manifest, .ranged)
    var origins: [SegmentOrigin] = []
    do throws(FormatError) {
      for one in stored { origins += try one.segment.origins() }
    } catch {
      throw .damage(error, of: .manifest(manifest.name), in: "a segment")
    }
    return origins
  }

  /// A delta that was set aside counts what its header and footer say; nothing, where they cannot be read.
  private func quarantinedEntry(_ delta: QuarantinedDelta) -> Reconciliation.Entry {
    let key = ObjectKey.delta(collection, delta.producer, sequence: delta.sequence)
    let header = try? listing.header(at: key)
    let tail = try? listing.tail(key)
    return Reconciliation.Entry(
      producer: delta.producer, sequence: delta.sequence, run: header?.run ?? "", expected: header?.expected ?? 0,
      operations: tail?.footer.counts.total ?? 0, state: .quarantined(reason: delta.reason))
  }

  /// Above the limit of origins the oldest fall away.
  private func forgotten(_ origins: [SegmentOrigin], _ state: CompactedState) -> [ProducerName: UInt64] {
    guard origins.count >= SegmentOrigin.countMax else { return [:] }
    var first: [ProducerName: UInt64] = [:]
    for origin in origins { first[origin.producer] = min(first[origin.producer] ?? .max, origin.sequence) }
    return state.positions.keys.reduce(into: [:]) { result, producer in
      result[producer] = (first[producer] ?? 1) - 1
    }
  }
}
