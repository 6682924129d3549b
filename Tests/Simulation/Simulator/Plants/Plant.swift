import Catalog
import ObjectTier
import SnapshotFormat
import SnapshotStore
import VectorCollections

/// A bug that is put in on purpose, to see that the oracle notices it.
package enum Plant: String, CaseIterable, Sendable {
  /// Objects are created by looking whether the name is free, and writing it.
  case checkThenRename
  /// After a lost answer the head is sent again with another body.
  case anotherBody
  /// A lost answer is taken for a failure.
  case lostMeansFailed
  /// The next delta's number comes from the listing alone.
  case numberFromListing
  /// The head is not read again after a delta was created.
  case voidUnchecked
  /// An append does not look at the clocks of what is compacted.
  case clockUnread
  /// A lease is taken over without the raised token in the head.
  case takeoverUnraised
  /// A lease is held, and the commit does not carry its token.
  case fenceUnchecked
  /// What is read back after a lost answer is never taken for one's own.
  case readBackSkipped
  /// Packs are acknowledged before they are there.
  case earlyPacks
}

extension Optional<Plant> {
  /// The tier as the process has it.
  func tier(_ tier: SimulatedTier, _ process: SimulatedProcess) -> any ObjectTier {
    switch self {
    case .checkThenRename:
      PlantedTier(tier) { (key, bytes) throws(TierError) in
        guard try tier.byteCount(of: key) == nil else { return .exists }
        try tier.replace(key, bytes)
        return .created
      }
    case .lostMeansFailed:
      PlantedTier(tier) { (key, bytes) throws(TierError) in
        do throws(TierError) { return try tier.create(key, bytes) } catch { throw tier.error(.failed, key) }
      }
    case .earlyPacks:
      PlantedTier(tier) { (key, bytes) throws(TierError) in
        guard key.string.hasPrefix("packs/"), process.isAlive else { return try tier.create(key, bytes) }
        process.applyLate(.create(key, bytes))
        return .created
      }
    default: tier
    }
  }

  func catalog(_ catalog: some Catalog, _ process: SimulatedProcess) -> any Catalog {
    switch self {
    case .anotherBody: PlantedCatalog(catalog, process, .anotherBody)
    case .takeoverUnraised: PlantedCatalog(catalog, process, .nothing)
    case .readBackSkipped: PlantedCatalog(catalog, process, .anotherMark)
    default: catalog
    }
  }

  func append(
    _ request: AppendRequest, _ vectors: VectorStore, _ process: SimulatedProcess
  ) throws(AppendError) -> AppendOutcome {
    switch self {
    case .numberFromListing: try vectors.append(request, asIf: NothingCompacted())
    case .voidUnchecked: try vectors.append(request, asIf: NeverReadAgain(vectors))
    case .clockUnread: try vectors.append(request, asIf: WithoutClock(sequences: HeadSequences(vectors)))
    default: try vectors.append(request)
    }
  }

  func compact(
    _ vectors: VectorStore, deltaCountMax: Int?, _ process: SimulatedProcess
  ) throws(StoreError) -> CompactionResult {
    guard self == .fenceUnchecked, let use = vectors.settings.lease else {
      return try vectors.compact(deltaCountMax: deltaCountMax)
    }
    return try vectors.compactUnfenced(use, deltaCountMax: deltaCountMax)
  }
}
