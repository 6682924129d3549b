internal import Catalog
package import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// How far deltas are compacted, by the newest head and the producers of its newest version.
///
/// The head that is known is remembered (`AppendMemory`): another look costs one request where it is still the newest.
package struct HeadSequences: CompactedSequences {
  private let vectors: VectorStore

  package init(_ vectors: VectorStore) {
    self.vectors = vectors
  }

  /// Costs the probes and the read of a head, the root and its producers pages; one probe where nothing came since the
  /// last time. The pages never change: they come from the cache.
  package func state() throws(DeltaLogError) -> CompactedState {
    try reading { () throws(StoreError) in
      guard let known = vectors.settings.memory.head(of: vectors.collection) else {
        return try remember(vectors.store.head(of: vectors.collection))
      }
      guard let newer = try newer(than: known.head) else { return known.state }
      return try remember(newer)
    }
  }

  private func remember(_ head: Head) throws(StoreError) -> CompactedState {
    let known = try AppendMemory.KnownHead(head, try vectors.manifest(of: head))
    vectors.settings.memory.note(known, of: vectors.collection)
    return known.state
  }

  /// What this process knows of the newest head, when it is the newest still.
  func known() throws(StoreError) -> AppendMemory.KnownHead? {
    guard let known = vectors.settings.memory.head(of: vectors.collection) else { return nil }
    return try newer(than: known.head) == nil ? known : nil
  }

  private func newer(than head: Head) throws(StoreError) -> Head? {
    try vectors.store.catching { () throws(CatalogError) in
      try HeadLine(vectors.store.catalog.origin, vectors.collection).newer(than: head)
    }
  }

  /// Reads the segments of the newest version, which tell their origins.
  package func holds(
    _ producer: ProducerName, _ sequence: UInt64, _ digest: Digest
  ) throws(DeltaLogError) -> Bool? {
    try reading { () throws(StoreError) in
      guard let manifest = try vectors.manifest(of: try vectors.head()) else { return false }
      let origins = try vectors.origins(of: manifest)
      if let origin = origins.listed.first(where: { $0.producer == producer && $0.sequence == sequence }) {
        return origin.digest == digest
      }
      return origins.isWhole ? false : nil
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
    greatestClock = manifest.root.vectors?.greatestClock ?? HybridClock(manifest.root.created)
  }
}
