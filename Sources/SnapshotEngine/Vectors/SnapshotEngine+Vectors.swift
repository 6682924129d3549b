internal import Catalog
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore
internal import VectorCollections

extension SnapshotEngine {
  /// Opens a collection of vectors for reading.
  ///
  /// Of a bare name (`words`) everything is seen that was appended before the call, compacted or not; of a version
  /// (`words@12`, `words@latest`) that version alone.
  /// - Parameter copy: a directory that was synced to that version: its segments are compared, and mapped where they
  /// are.
  /// - Throws: `.notFound` for what is not there, `.usage` for a collection that is a tree, `.failed` when more waits
  /// for compaction than a reader takes in.
  public func vectors(_ name: String, copy: String? = nil) async throws(EngineError) -> VectorSnapshot {
    let reference = try Names.version(name)
    let seesPending = !name.contains("@")
    return try await perform { call throws(EngineError) in
      let vectors = call.vectors(reference.collection)
      guard !seesPending else {
        let reader = try call.catching { () throws(StoreError) in try vectors.readerWithPending(copy: copy) }
        let head = try call.head(of: reference.collection)
        return VectorSnapshot(reader, reader.row.map { Snapshot(reference.collection, $0, in: head) })
      }
      let (head, row) = try call.row(reference)
      let reader = try call.catching { () throws(StoreError) in try vectors.reader(row, copy: copy) }
      return VectorSnapshot(reader, Snapshot(reference.collection, row, in: head))
    }
  }

  /// Reads records by id, in the order of the ids.
  ///
  /// - Returns: the ids of which there is no record.
  /// - Throws: as `vectors`.
  public func records(
    _ ids: [String], in name: String, found: @escaping @Sendable (VectorRecord) -> Void
  ) async throws(EngineError) -> [String] {
    let snapshot = try await vectors(name)
    return try await perform { _ throws(EngineError) in
      var missing: [String] = []
      for id in ids {
        if let record = try snapshot.record(id) { found(record) } else { missing.append(id) }
      }
      return missing
    }
  }

  /// Reads records in ascending order of id, until `found` has enough.
  ///
  /// - Parameters: as for `VectorSnapshot.scan`.
  /// - Returns: how many were found.
  /// - Throws: as `vectors`; `.usage` for a prefix or filter that is none.
  public func scan(
    _ name: String, prefix: String? = nil, where filter: String? = nil, limit: UInt64? = nil,
    found: @escaping @Sendable (VectorRecord) -> Bool
  ) async throws(EngineError) -> UInt64 {
    let snapshot = try await vectors(name)
    return try await perform { call throws(EngineError) in
      let count = try snapshot.scan(prefix: prefix, where: filter, limit: limit) { !call.isStopped && found($0) }
      guard !call.isStopped else { throw EngineError(.interrupted, "interrupted") }
      return count
    }
  }
}
