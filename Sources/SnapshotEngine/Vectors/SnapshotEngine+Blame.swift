internal import Catalog
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore
internal import VectorCollections

extension SnapshotEngine {
  /// Tells which delta set a record: its body, and each key of its metadata, apart.
  ///
  /// Reads the record, what segments remember of the deltas they were made of, and, to find the versions that took
  /// them, as many manifests as halving takes.
  /// - Parameters: as for `vectors`.
  /// - Returns: nil when nothing is known of the id, neither a record nor its deletion.
  /// - Throws: as `vectors`; `.usage` for what is no id.
  public func blame(_ id: String, in name: String) async throws(EngineError) -> BlamedRecord? {
    let reference = try Names.version(name)
    let recordName = try RecordChange.name(id)
    return try await perform { call throws(EngineError) in
      let reader = try call.open(reference, name, .ranged).reader
      let head = try call.head(of: reference.collection)
      let rows = try call.catching { () throws(CatalogError) in
        try HeadLine(call.wiring.catalog.origin, reference.collection).rows(of: head)
      }
      return try call.catching { () throws(StoreError) in
        try call.vectors(reference.collection).blame(recordName, in: reader, rows).map { BlamedRecord($0) }
      }
    }
  }
}
