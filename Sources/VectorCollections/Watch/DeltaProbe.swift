internal import Catalog
internal import ObjectTier
internal import Primitives
internal import SnapshotFormat
package import SnapshotStore

/// Looks again and again whether a compaction would find something, and remembers what it knew.
///
/// A look costs one request where the head did not move, and two listings of one name for each producer. It reads no
/// delta, takes no lease and never opens the catalog.
package struct DeltaProbe: Sendable {
  private let vectors: VectorStore
  private var known: (head: Head, state: CompactedState)?

  package init(_ vectors: VectorStore) {
    self.vectors = vectors
  }

  package mutating func isWaiting() throws(StoreError) -> Bool {
    let state = try state()
    return try vectors.catching { () throws(DeltaLogError) in try vectors.listing.isWaiting(after: state) }
  }

  private mutating func state() throws(StoreError) -> CompactedState {
    guard let known else { return try remember(vectors.head()) }
    let line = HeadLine(vectors.store.catalog.origin, vectors.collection)
    let newer = try vectors.store.catching { () throws(CatalogError) in try line.newer(than: known.head) }
    guard let newer else { return known.state }
    return try remember(newer)
  }

  private mutating func remember(_ head: Head) throws(StoreError) -> CompactedState {
    let state = try CompactedState(head, vectors.manifest(of: head))
    known = (head, state)
    return state
  }
}

extension DeltaLog {
  /// Whether there is a delta that is neither compacted nor set aside. It need not be one that can be taken.
  func isWaiting(after state: CompactedState) throws(DeltaLogError) -> Bool {
    if state.quarantined.contains(where: \.isToBeRetried) { return true }
    var last: ObjectKey?
    for _ in 0..<configuration.listedCountMax {
      guard let first = try next(in: .deltas(collection), after: last) else { return false }
      guard let (producer, _) = parts(of: first) else {
        last = first
        continue
      }
      if try isWaiting(producer, after: state) { return true }
      last = key(producer, .max)
    }
    return false
  }

  private func isWaiting(_ producer: ProducerName, after state: CompactedState) throws(DeltaLogError) -> Bool {
    var last = key(producer, state.sequence(of: producer))
    for _ in 0..<configuration.listedCountMax {
      guard let found = try next(in: .deltas(collection, producer), after: last) else { return false }
      if let sequence = found.number, state.quarantined(producer, sequence) == nil { return true }
      last = found
    }
    return false
  }

  private func next(in prefix: ObjectPrefix, after start: ObjectKey?) throws(DeltaLogError) -> ObjectKey? {
    do throws(TierError) { return try tier.list(prefix, after: start, limit: 1).first } catch { throw .tier(error) }
  }
}
