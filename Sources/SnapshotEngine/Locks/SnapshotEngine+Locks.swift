internal import Catalog
internal import Primitives

extension SnapshotEngine {
  /// Who holds the lease of a collection. Costs the head, a listing and one or two small reads.
  ///
  /// - Throws: `.notFound` when there is no such collection.
  public func lockStatus(of collection: String) async throws(EngineError) -> LockStatus {
    let name = try Names.collection(collection)
    return try await perform { call throws(EngineError) in
      LockStatus(try call.look(name), of: name)
    }
  }

  /// Fences whoever holds the lease of a collection, or thinks it does: it publishes nothing any more, and ends with
  /// `.locked`. The next one who wants the lease has it at once.
  ///
  /// Commits are as safe with a broken lease as with any: at worst work is done twice.
  /// - Returns: the state before, and the token below which everybody is fenced now.
  /// - Throws: `.notFound` when there is no such collection.
  public func breakLock(
    of collection: String
  ) async throws(EngineError) -> (before: LockStatus, fence: UInt64) {
    let name = try Names.collection(collection)
    return try await perform { call throws(EngineError) in
      let before = LockStatus(try call.look(name), of: name)
      let fence = try call.catching { () throws(CatalogError) in
        try call.leases(name).breakHold(deadline: call.deadline)
      }
      return (before, fence)
    }
  }
}

extension EngineCall {
  fileprivate func leases(_ collection: CollectionName) -> Leases {
    Leases(catalog, collection, settings: wiring.settings)
  }

  /// What counts right now.
  func look(_ collection: CollectionName) throws(EngineError) -> LeaseSighting {
    try catching { () throws(CatalogError) in try leases(collection).look() }
  }
}
