internal import FileIO
internal import FileTier
internal import ObjectTier
public import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// What may stay in a cache.
public struct CachePolicy: Sendable, Equatable {
  /// So many bytes at most; nil: any number.
  public var byteCountMax: UInt64?
  /// What nobody read for longer goes; nil: however long. Reads are noted to the hour.
  public var idleSecondsMax: Double?

  /// Nothing has to go.
  public init(byteCountMax: UInt64? = nil, idleSecondsMax: Double? = nil) {
    self.byteCountMax = byteCountMax
    self.idleSecondsMax = idleSecondsMax
  }
}

/// What an eviction of a cache came to, or would come to.
public struct EvictedCache: Sendable, Equatable {
  /// One object that is not needed here any more.
  public struct Object: Sendable, Equatable {
    /// Its key in the store.
    public let key: String
    /// Its bytes.
    public let bytes: UInt64
    /// When it was last read here, or put here.
    public let used: Timestamp
  }

  /// In the order in which they went.
  public let objects: [Object]
  /// Bytes that stay.
  public let bytesKept: UInt64
  /// Objects that the policy would have had go, and that stay: they are kept by name, or somebody is copying them.
  public let protected: Int

  /// Bytes that were freed.
  public var bytesFreed: UInt64 { objects.reduce(0) { $0 + $1.bytes } }
}

extension SnapshotEngine {
  /// Removes from a cache what was longest of no use, until it keeps to a policy.
  ///
  /// Nothing is lost: the origin has all of it. Who reads an object that goes reads it there, and may put it back. What
  /// is being copied into the cache stays.
  ///
  /// - Parameters:
  ///   - cache: the directory; needs no store.
  ///   - versions: `words@12`, of the engine `of`: what they need stays.
  ///   - isDryRun: says what would go, and removes nothing.
  /// - Throws: `.notFound` where there is no such directory; `.usage` for a policy that lets everything stay.
  public static func evict(
    cache: String, _ policy: CachePolicy, keeping versions: [String] = [], of engine: SnapshotEngine? = nil,
    isDryRun: Bool = false, configuration: EngineConfiguration = EngineConfiguration()
  ) async throws(EngineError) -> EvictedCache {
    guard policy.byteCountMax != nil || policy.idleSecondsMax != nil else {
      throw EngineError(.usage, "everything may stay", advice: "Say how much may: by size, by age, or both")
    }
    guard case .directory(let path) = try StoreLocation(cache) else {
      throw EngineError(.usage, "\(Printable.string(cache)): a cache is a directory", subject: "cache")
    }
    let kept = try await objects(of: versions, in: engine)
    return try await local(configuration) { _ throws(EngineError) in
      // A mount that has gone is not an empty cache.
      try onTrees([path], configuration) { () throws(EngineError) in
        let files = try StoreWiring.catching { () throws(TierError) in
          try FileObjectTier.open(
            path, options: FileObjectTier.Options(role: .cache, durability: .none), random: random)
        }
        let eviction = try StoreWiring.catching { () throws(TierError) in
          try files.evict(
            CacheEviction.Policy(byteCountMax: policy.byteCountMax, idleSecondsMax: policy.idleSecondsMax),
            now: clock.now(), kept: kept, isDryRun: isDryRun)
        }
        return EvictedCache(eviction)
      }
    }
  }

  /// The packs and roots that versions need.
  private static func objects(
    of versions: [String], in engine: SnapshotEngine?
  ) async throws(EngineError) -> Set<ObjectKey> {
    guard !versions.isEmpty else { return [] }
    guard let engine else { throw EngineError(.usage, "versions are kept of a store", advice: "Name the store") }
    return try await engine.perform { call throws(EngineError) in
      var keys: Set<ObjectKey> = []
      for text in versions {
        let row = try call.row(Names.version(text)).row
        let packs = try call.catching { () throws(StoreError) in try VersionPacks(row, in: call.store).names }
        keys.formUnion(packs.map { .pack($0) })
        keys.insert(.manifest(row.root.name))
      }
      return keys
    }
  }
}

extension EvictedCache {
  fileprivate init(_ eviction: CacheEviction) {
    objects = eviction.evicted.map { Object(key: $0.key.string, bytes: $0.byteCount, used: $0.used) }
    bytesKept = eviction.keptByteCount
    protected = eviction.protectedCount
  }
}
