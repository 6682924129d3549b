internal import Catalog
internal import ObjectTier
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// What `warm` came to.
public struct WarmedSnapshot: Sendable, Equatable {
  /// `words@12`.
  public let version: String
  /// Packs that the version needs; all of them are in the cache now, unless it failed.
  public let packs: UInt64
  /// Bytes that were put into the cache.
  public let bytesFilled: UInt64
  /// How long it took.
  public let seconds: Double
}

extension SnapshotEngine {
  /// Fills the cache with all that a version needs. What is there already is not read again.
  ///
  /// - Throws: `.usage` without a cache; `.notFound`; what the origin failed with. A cache that fails is no error, here
  ///   as anywhere: look at `bytesFilled`.
  public func warm(_ version: String) async throws(EngineError) -> WarmedSnapshot {
    let reference = try Names.version(version)
    return try await perform { call throws(EngineError) in
      guard call.wiring.cache != nil else {
        throw EngineError(.usage, "there is no cache to fill", advice: "Give --cache, or set SNAPCTL_CACHE")
      }
      let row = try call.row(reference).row
      let store = call.store
      let packs = try call.catching { () throws(StoreError) in
        let packs = try VersionPacks(row, in: store).names
        // Whatever is read of a pack brings all of it into the cache.
        _ = try Parallel.map(packs, jobs: store.limits.jobs) { name throws(StoreError) in
          do throws(TierError) { _ = try store.tier.read(.pack(name), range: 0..<1) } catch { throw .tier(error) }
        }
        return packs
      }
      return WarmedSnapshot(
        version: "\(reference.collection)@\(row.version)", packs: UInt64(packs.count),
        bytesFilled: call.traffic.cache.bytesWritten, seconds: call.seconds)
    }
  }
}
