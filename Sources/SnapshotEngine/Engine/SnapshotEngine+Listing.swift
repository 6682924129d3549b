internal import Catalog
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

extension SnapshotEngine {
  /// The collections of the store, ascending by name.
  public func collections() async throws(EngineError) -> [CollectionSummary] {
    try await perform { call throws(EngineError) in
      let registered = try call.catching { () throws(CatalogError) in
        try CollectionRegistry(call.catalog, settings: call.wiring.settings).collections()
      }
      var summaries: [CollectionSummary] = []
      for collection in registered { summaries.append(try call.summary(of: collection)) }
      return summaries
    }
  }

  /// All versions of a collection, ascending.
  ///
  /// - Throws: `.notFound` when there is no such collection.
  public func versions(of collection: String) async throws(EngineError) -> [Snapshot] {
    let name = try Names.collection(collection)
    return try await perform { call throws(EngineError) in
      let head = try call.head(of: name)
      let rows = try call.catching { () throws(CatalogError) in
        try HeadLine(call.catalog.origin, name).rows(of: head)
      }
      return rows.map { Snapshot(name, $0, in: head) }
    }
  }

  /// One version: `words`, `words@12`, `words@blessed`.
  ///
  /// - Throws: `.notFound` when there is no such collection, version or tag.
  public func snapshot(_ version: String) async throws(EngineError) -> Snapshot {
    let reference = try Names.version(version)
    return try await perform { call throws(EngineError) in
      let (head, row) = try call.row(reference)
      return Snapshot(reference.collection, row, in: head)
    }
  }

  /// Whether a version records to whom its entries belong. Costs one read more than `snapshot`: of its manifest's root.
  ///
  /// - Throws: `.notFound` when there is no such version, `.damaged` when its manifest does not verify.
  public func recordsOwners(_ version: String) async throws(EngineError) -> Bool {
    let reference = try Names.version(version)
    return try await perform { call throws(EngineError) in
      let row = try call.row(reference).row
      return try call.catching { () throws(StoreError) in try call.store.manifest(row).root.owners != nil }
    }
  }
}

extension EngineCall {
  fileprivate func summary(of collection: RegisteredCollection) throws(EngineError) -> CollectionSummary {
    let kind: CollectionSummary.Kind = collection.kind == .vectors ? .vectors : .tree
    let head = try catching { () throws(CatalogError) in
      try HeadLine(catalog.origin, collection.name).newest(
        hint: catalog.hints.revision(of: collection.name))
    }
    guard let head, let row = head.newestRow else {
      return CollectionSummary(name: collection.name.string, kind: kind, newest: nil)
    }
    return CollectionSummary(
      name: collection.name.string, kind: kind, newest: Snapshot(collection.name, row, in: head))
  }
}
