internal import Catalog
internal import ObjectTier
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// What `warm` came to.
public struct WarmedSnapshot: Sendable, Equatable {
  /// `words@12`.
  public let version: String
  /// Packs that the version needs.
  public let packs: UInt64
  /// Objects that were damaged in the cache: they were set aside.
  public let damaged: UInt64
  /// Packs that the cache does not have whole now: it is full, cannot be written, or does not answer.
  public let missing: UInt64
  /// Why, of the first of them. Safe to print.
  public let failure: String?
  /// Bytes that were put into the cache.
  public let bytesFilled: UInt64
  /// How long it took.
  public let seconds: Double
}

extension SnapshotEngine {
  /// Fills the cache with all that a version needs. What is there already is read from there and checked; what is
  /// damaged there is copied again.
  ///
  /// - Throws: `.usage` without a cache; `.notFound`; what the origin failed with. A cache that fails is no error, here
  ///   as anywhere: look at `missing`.
  public func warm(_ version: String) async throws(EngineError) -> WarmedSnapshot {
    let reference = try Names.version(version)
    return try await perform { call throws(EngineError) in
      guard let cache = call.wiring.cache else {
        throw EngineError(.usage, "there is no cache to fill", advice: "Give --cache, or set SNAPCTL_CACHE")
      }
      let row = try call.row(reference).row
      let store = call.store
      let (packs, warming) = try call.catching { () throws(StoreError) in
        let packs = try VersionPacks(row, in: store).names
        return (packs, try CacheWarming(store, call.watched(cache)).run(packs))
      }
      let caching = call.caching
      return WarmedSnapshot(
        version: "\(reference.collection)@\(row.version)", packs: UInt64(packs.count),
        damaged: UInt64(caching.damaged), missing: warming.missing, failure: warming.failure,
        bytesFilled: caching.filledBytes, seconds: call.seconds)
    }
  }
}
