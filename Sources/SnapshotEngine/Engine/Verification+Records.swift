internal import Catalog
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore
internal import VectorCollections

/// What records say, where all that they are made of is sound.
extension Verification {
  func verifyRecords(_ found: (VerifyFinding) -> Void) throws(EngineError) {
    for collection in try collections() {
      let vectors = call.vectors(collection)
      var verified = VerifiedSegments()
      for row in try rows(of: collection) {
        let damage = try call.catching { () throws(StoreError) in try vectors.verify(row, after: &verified) }
        if let damage { found(VerifyFinding(damage: damage, collection: collection, version: row.version)) }
      }
    }
  }

  /// Those of vectors.
  private func collections() throws(EngineError) -> [CollectionName] {
    let registered = try call.catching { () throws(CatalogError) in
      try CollectionRegistry(call.store.catalog, settings: call.store.settings).collections()
    }
    let ofVectors = registered.filter { $0.kind == .vectors }.map(\.name)
    switch scope {
    case .store: return ofVectors
    case .collection(let name), .version(let name, _): return ofVectors.filter { $0 == name }
    }
  }

  private func rows(of collection: CollectionName) throws(EngineError) -> [VersionRow] {
    let head = try call.head(of: collection)
    let rows = try call.catching { () throws(CatalogError) in
      try HeadLine(call.store.catalog.origin, collection).rows(of: head)
    }
    guard case .version(_, let version) = scope else { return rows }
    return rows.filter { $0.version == version }
  }
}
