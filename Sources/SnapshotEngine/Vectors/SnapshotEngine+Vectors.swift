internal import Catalog
internal import FileIO
internal import ObjectTier
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore
internal import SnapshotSync
internal import VectorCollections

extension SnapshotEngine {
  /// Opens a collection of vectors for reading, all of it, mapped.
  ///
  /// Of a bare name (`words`) everything is seen that was appended before the call, compacted or not; of a version
  /// (`words@12`, `words@latest`) that version alone.
  /// - Parameter copy: a directory that was synced to that version: its segments are mapped where they are. One that
  /// does not look as the sync left it is compared first. What is in no copy is fetched whole: to read a few records,
  /// ask `records` or `scan`.
  /// - Throws: `.notFound` for what is not there, `.usage` for a collection that is a tree, `.failed` when more waits
  /// for compaction than a reader takes in.
  public func vectors(_ name: String, copy: String? = nil) async throws(EngineError) -> VectorSnapshot {
    let reference = try Names.version(name)
    return try await perform { call throws(EngineError) in
      guard let copy else { return try call.open(reference, name, .mapped) }
      let pin = try call.pin(copy)
      return try call.open(reference, name, .copy(EngineCall.segmentCopy(copy)), pin: pin)
    }
  }

  /// Reads records by id, in the order of the ids, straight from the store: no more than what they need.
  ///
  /// - Returns: also the ids of which there is no record.
  /// - Throws: as `vectors`.
  public func records(
    _ ids: [String], in name: String, found: @escaping @Sendable (VectorRecord) -> Void
  ) async throws(EngineError) -> ReadRecords {
    try await reading(name) { snapshot, _ throws(EngineError) in
      var missing: [String] = []
      for id in ids {
        if let record = try snapshot.record(id) { found(record) } else { missing.append(id) }
      }
      return (UInt64(ids.count - missing.count), missing)
    }
  }

  /// Reads records in ascending order of id, until `found` has enough, straight from the store: no more than what they
  /// need.
  ///
  /// - Parameters: as for `VectorSnapshot.scan`.
  /// - Throws: as `vectors`; `.usage` for a prefix or filter that is none.
  public func scan(
    _ name: String, prefix: String? = nil, where filter: String? = nil, limit: UInt64? = nil,
    found: @escaping @Sendable (VectorRecord) -> Bool
  ) async throws(EngineError) -> ReadRecords {
    try await reading(name) { snapshot, call throws(EngineError) in
      let count = try snapshot.scan(prefix: prefix, where: filter, limit: limit) { !call.isStopped && found($0) }
      guard !call.isStopped else { throw EngineError(.interrupted, "interrupted") }
      return (count, [])
    }
  }

  private func reading(
    _ name: String,
    _ body: @escaping @Sendable (VectorSnapshot, EngineCall) throws(EngineError) -> (UInt64, [String])
  ) async throws(EngineError) -> ReadRecords {
    let reference = try Names.version(name)
    return try await perform { call throws(EngineError) in
      let snapshot = try call.open(reference, name, .ranged)
      let (count, missing) = try body(snapshot, call)
      return ReadRecords(
        version: snapshot.snapshot?.version, count: count, missing: missing, bytesRead: call.bytesRead,
        requests: call.requests)
    }
  }
}

/// What was read of a collection of vectors, and what that took.
public struct ReadRecords: Sendable, Equatable {
  /// The version it stands on; nil when all there is waits for compaction.
  public let version: UInt64?
  /// How many records were handed out.
  public let count: UInt64
  /// Ids that were asked for and are not there.
  public let missing: [String]
  /// Bytes read from the tiers: heads, pages and deltas too, and what a cache was filled with.
  public let bytesRead: UInt64
  /// Requests to the tiers.
  public let requests: Int
}

extension EngineCall {
  /// Opens what a name means: with all that waits, or one version alone.
  func open(
    _ reference: VersionReference, _ name: String, _ access: SegmentAccess, pin: PinnedCopy? = nil
  ) throws(EngineError) -> VectorSnapshot {
    let vectors = vectors(reference.collection)
    guard name.contains("@") else {
      let reader = try catching { () throws(StoreError) in try vectors.readerWithPending(access) }
      let head = try head(of: reference.collection)
      return VectorSnapshot(reader, reader.row.map { Snapshot(reference.collection, $0, in: head) }, pin: pin)
    }
    let (head, row) = try row(reference)
    let reader = try catching { () throws(StoreError) in try vectors.reader(row, access) }
    return VectorSnapshot(reader, Snapshot(reference.collection, row, in: head), pin: pin)
  }

  /// Keeps a copy from being patched while it is mapped; nil for one that this user may not pin, or that is not there.
  fileprivate func pin(_ directory: String) throws(EngineError) -> PinnedCopy? {
    let limit = deadline.earlier(Deadline(seconds: configuration.lockTimeoutSeconds, from: clock))
    do throws(SyncError) {
      return try PinnedCopy.pin(directory, deadline: limit, clock: clock)
    } catch {
      if case .store(.file(let error)) = error,
        [.notFound, .notADirectory, .denied].contains(error.meaning)
      {
        return nil
      }
      throw EngineError(error, directory: directory)
    }
  }

  /// A directory whose segments are mapped, and what it remembers of how they looked: nothing where that is of no use.
  static func segmentCopy(_ path: String) -> SegmentCopy {
    guard case .copy(let copy)? = try? LocalCopy.load(path: path),
      let files = try? copy.files(under: Array("segments/".utf8))
    else { return SegmentCopy(path) }
    return SegmentCopy(path, manifest: copy.content.manifest) { [files] entry, status in
      files[entry.path]?.isStill(entry, status) ?? false
    }
  }

  /// Bytes that were read since the call began, from whatever tier.
  var bytesRead: UInt64 { traffic.origin.bytesRead + traffic.cache.bytesRead }

  /// Requests since the call began, to whatever tier.
  var requests: Int { traffic.origin.requests + traffic.cache.requests }
}
