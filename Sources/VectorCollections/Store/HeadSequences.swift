internal import Catalog
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// How far deltas are compacted, by the newest head and the producers of its newest version.
package struct HeadSequences: CompactedSequences {
  let store: SnapshotStore
  let collection: CollectionName

  /// Costs the probes and the read of a head, the root and its producers pages. The pages never change: they come from
  /// the cache.
  package func state() throws(DeltaLogError) -> CompactedState {
    do throws(StoreError) {
      let head = try store.head(of: collection)
      return try CompactedState(head, try head.newestRow.map { row throws(StoreError) in try store.manifest(row) })
    } catch {
      switch error {
      case .tier(let error), .catalog(.tier(let error)): throw .tier(error)
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
