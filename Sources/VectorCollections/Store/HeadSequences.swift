internal import Catalog
package import Primitives
internal import SnapshotFormat
internal import SnapshotStore
internal import Synchronization

/// How far deltas are compacted, by the newest head and the producers of its newest version.
///
/// Remembers the head it knows: another look costs one request where it is still the newest.
package final class HeadSequences: CompactedSequences {
  private let vectors: VectorStore
  private let known = Mutex<(head: Head, state: CompactedState)?>(nil)

  package init(_ vectors: VectorStore) {
    self.vectors = vectors
  }

  /// For who has read a head and its manifest already.
  convenience init(_ vectors: VectorStore, _ head: Head, _ manifest: ManifestReader?) throws(StoreError) {
    self.init(vectors)
    let state = try CompactedState(head, manifest)
    known.withLock { $0 = (head, state) }
  }

  /// Costs the probes and the read of a head, the root and its producers pages. The pages never change: they come from
  /// the cache.
  package func state() throws(DeltaLogError) -> CompactedState {
    try reading { () throws(StoreError) in
      guard let known = known.withLock({ $0 }) else { return try remember(vectors.store.head(of: vectors.collection)) }
      let line = HeadLine(vectors.store.catalog.origin, vectors.collection)
      let newer = try vectors.store.catching { () throws(CatalogError) in try line.newer(than: known.head) }
      guard let newer else { return known.state }
      return try remember(newer)
    }
  }

  private func remember(_ head: Head) throws(StoreError) -> CompactedState {
    let state = try CompactedState(head, try vectors.manifest(of: head))
    known.withLock { $0 = (head, state) }
    return state
  }

  /// Reads the segments of the newest version, which tell their origins.
  package func holds(
    _ producer: ProducerName, _ sequence: UInt64, _ digest: Digest
  ) throws(DeltaLogError) -> Bool {
    try reading { () throws(StoreError) in
      guard let manifest = try vectors.manifest(of: try vectors.head()) else { return false }
      let origins = try vectors.origins(of: manifest)
      if let origin = origins.first(where: { $0.producer == producer && $0.sequence == sequence }) {
        return origin.digest == digest
      }
      guard origins.count < SegmentOrigin.countMax else {
        throw .invalid("the origin of \(producer.string)/\(sequence) is no longer listed")
      }
      return false
    }
  }

  private func reading<Value>(_ body: () throws(StoreError) -> Value) throws(DeltaLogError) -> Value {
    do throws(StoreError) {
      return try body()
    } catch {
      switch error {
      case .tier(let error), .catalog(.tier(let error)): throw .tier(error)
      case .damage(let damage): throw .damage(damage)
      case .catalog(let error): throw .head("\(error)")
      case .invalid(let reason), .notFound(let reason): throw .head(reason)
      default: throw .head("\(error)")
      }
    }
  }
}

extension CompactedState {
  init(_ head: Head, _ manifest: ManifestReader?) throws(StoreError) {
    self.init(quarantined: head.quarantine, oldestRecord: HybridClock(head.fences.oldestRecord))
    guard let manifest else { return }
    for row in try manifest.producers() where row.compacted > 0 {
      positions[row.producer] = Position(sequence: row.compacted, digest: row.digest)
    }
    greatestClock = HybridClock(manifest.root.created)
  }
}
