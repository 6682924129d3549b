internal import Catalog
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore
internal import VectorCollections

/// What of one collection came to be in another store.
public struct CopiedCollection: Sendable, Equatable {
  /// The collection's name, in both stores.
  public let collection: String
  /// Versions that the other store did not have.
  public let versions: UInt64
  /// Packs that moved.
  public let packs: UInt64
  /// Bytes that moved.
  public let bytes: UInt64
  /// Tags that were set or moved.
  public let tags: UInt64
}

extension SnapshotEngine {
  /// Replicates versions of another store into this one, under the same numbers, with their tags.
  ///
  /// Only what this store does not have moves; each pack is checked by its digest. A call that was stopped goes on
  /// where it was when it is repeated. Deltas that wait for compaction and holds are not replicated.
  ///
  /// - Parameters:
  ///   - collections: of the other store; none: all of them.
  ///   - copied: is told of each collection when it is done, from the thread that does the work.
  /// - Returns: the sum of all.
  /// - Throws: `.conflict` when this store has other versions; `.failed` when the two went different ways, or deltas
  ///   wait here that the versions would pass over, having other ones under their numbers; `.damaged`.
  ///   What was committed before stays.
  public func copy(
    _ collections: [String] = [], from source: SnapshotEngine, progress: ProgressHandler? = nil,
    copied: @escaping @Sendable (CopiedCollection) -> Void
  ) async throws(EngineError) -> CopiedCollection {
    var names: [CollectionName] = []
    for text in collections { names.append(try Names.collection(text)) }
    if names.isEmpty {
      names = try await source.perform { call throws(EngineError) in try call.registered() }
    }
    let (wanted, count) = (names, ProgressCount("copy", progress))
    return try await perform(moved: { count?.add(bytes: UInt64($0), items: 1) }) { call throws(EngineError) in
      let from = EngineCall(source.wiring, source.configuration, stop: call.stop, stopAll: call.stop, moved: nil)
      var sum = StoreCopy.Result()
      for name in wanted {
        let one = try call.catching { () throws(StoreError) in try call.copy(name, from: from) }
        copied(CopiedCollection(name.string, one))
        sum.add(one)
      }
      return CopiedCollection("", sum)
    }
  }
}

extension EngineCall {
  fileprivate func copy(_ name: CollectionName, from source: EngineCall) throws(StoreError) -> StoreCopy.Result {
    guard try source.store.head(of: name).kind == .vectors else {
      return try StoreCopy(from: source.store, to: store, deadline: deadline).run(name)
    }
    return try vectors(name).copy(from: source.vectors(name), deadline: deadline)
  }
}

extension CopiedCollection {
  fileprivate init(_ collection: String, _ result: StoreCopy.Result) {
    self.init(
      collection: collection, versions: result.versions, packs: result.packs, bytes: result.bytes, tags: result.tags)
  }
}
