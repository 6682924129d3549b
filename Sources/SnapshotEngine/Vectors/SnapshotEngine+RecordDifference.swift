internal import Catalog
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore
internal import VectorCollections

/// How many records became what from one version of a collection of vectors to another.
public struct RecordDifferences: Sendable, Equatable {
  /// Records that only the second has.
  public let added: UInt64
  /// Records that only the first has.
  public let removed: UInt64
  /// Records of both whose vector, document or metadata are others.
  public let changed: UInt64
}

extension SnapshotEngine {
  /// How the records of two versions differ; nil where one of the two is a tree.
  ///
  /// Reads the records of both, straight from the store, in bounded memory; nothing where their content is the same.
  /// - Throws: `.notFound` for a version that is not there, `.damaged` for one that does not verify.
  public func recordDifferences(from old: String, to new: String) async throws(EngineError) -> RecordDifferences? {
    let (old, new) = (try Names.version(old), try Names.version(new))
    return try await perform { call throws(EngineError) in
      let (before, after) = (try call.row(old), try call.row(new))
      guard before.head.kind == .vectors, after.head.kind == .vectors else { return nil }
      var difference = RecordDifference()
      if before.row.contentHash != after.row.contentHash {
        difference = try call.catching { () throws(StoreError) in
          let left = try call.vectors(old.collection).reader(before.row, .ranged)
          let right = try call.vectors(new.collection).reader(after.row, .ranged)
          return try left.difference(to: right) { call.isStopped }
        }
      }
      guard !call.isStopped else { throw EngineError(.interrupted, "interrupted") }
      return RecordDifferences(added: difference.added, removed: difference.removed, changed: difference.changed)
    }
  }
}
