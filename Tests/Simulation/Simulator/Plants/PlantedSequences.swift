import Catalog
import Primitives
import SnapshotFormat
import SnapshotStore
import VectorCollections

/// As if no delta had ever been compacted.
struct NothingCompacted: CompactedSequences {
  func state() throws(DeltaLogError) -> CompactedState { CompactedState() }
  func holds(_ producer: ProducerName, _ sequence: UInt64, _ digest: Digest) -> Bool? { true }
}

/// As if nobody's clock were ahead.
struct WithoutClock: CompactedSequences {
  let sequences: HeadSequences

  func state() throws(DeltaLogError) -> CompactedState {
    var state = try sequences.state()
    state.greatestClock = .zero
    return state
  }

  func holds(_ producer: ProducerName, _ sequence: UInt64, _ digest: Digest) throws(DeltaLogError) -> Bool? {
    try sequences.holds(producer, sequence, digest)
  }
}

/// The head as it was at the first look.
final class NeverReadAgain: CompactedSequences {
  private let sequences: HeadSequences
  private let first = Held<CompactedState?>(nil)

  init(_ vectors: VectorStore) {
    sequences = HeadSequences(vectors)
  }

  func state() throws(DeltaLogError) -> CompactedState {
    if let known = first.value { return known }
    let state = try sequences.state()
    first.value = state
    return state
  }

  func holds(_ producer: ProducerName, _ sequence: UInt64, _ digest: Digest) -> Bool? { true }
}

extension VectorStore {
  /// Appends to the log as if `compacted` told the truth.
  func append(_ request: AppendRequest, asIf compacted: any CompactedSequences) throws(AppendError) -> AppendOutcome {
    do throws(StoreError) { try register(deadline: .never) } catch { throw .store(error) }
    let log = DeltaLog(
      tier: store.catalog.origin, collection: collection, schema: VectorSchema(dimension: World.dimension),
      compacted: compacted, clock: store.settings.wallClock, configuration: settings.log)
    do throws(DeltaLogError) { return try log.append(request) } catch { throw .log(error) }
  }

  /// Compacts while a lease is held that the commit knows nothing of.
  func compactUnfenced(_ use: LeaseUse, deltaCountMax: Int?) throws(StoreError) -> CompactionResult {
    let leases = Leases(store.catalog, collection, settings: store.settings)
    let acquired: AcquiredLease
    do throws(CatalogError) {
      acquired = try leases.acquire(deadline: .never, isStopped: use.isStopped)
    } catch { throw .catalog(error) }
    let keeper = LeaseKeeper(acquired, of: leases, begin: use.begin)
    use.changed(.acquired, LeaseReport(keeper))
    defer {
      keeper.finish()
      use.changed(.released, LeaseReport(keeper))
    }
    var settings = settings
    settings.lease = nil
    return try VectorStore(store, collection, settings: settings).compact(deltaCountMax: deltaCountMax)
  }
}
