internal import Catalog
internal import Glibc
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore
internal import VectorCollections

extension EngineCall {
  /// A collection of vectors, which may not be there yet.
  ///
  /// - Parameter leaseTimeoutSeconds: how long a compaction waits for the lease; nil: as long as is configured.
  func vectors(_ collection: CollectionName, leaseTimeoutSeconds: Double? = nil) -> VectorStore {
    var settings = VectorStore.Settings(temporaryDirectory: EngineCall.temporaryDirectory)
    settings.memory = wiring.memory
    settings.tombstoneRetentionMilliseconds = configuration.tombstoneRetentionSeconds.map { Int64($0 * 1_000) }
    settings.lease = leaseUse
    settings.lease?.timeoutSeconds = leaseTimeoutSeconds
    return VectorStore(store, collection, settings: settings)
  }

  /// Where files without a name are made; one directory for each user, so that nobody stands in another's way.
  private static var temporaryDirectory: String {
    "\(TemporaryFiles.directory)/snapctl-\(getuid())"
  }

  /// What all vectors of a collection are.
  ///
  /// - Parameter dimension: that of a collection that has none yet; nil: not known.
  /// - Throws: `.usage` for a collection that is a tree, or when the dimension is not known or too large.
  func schema(of collection: CollectionName, dimension: Int?) throws(EngineError) -> VectorSchema {
    if let schema = try catching({ () throws(StoreError) in try vectors(collection).schema() }) { return schema }
    guard let dimension else {
      throw EngineError(
        .usage, "\(collection) has no vector yet, and none comes with this input", subject: "\(collection)",
        advice: "The first append has to bring a record")
    }
    guard (0...VectorSchema.dimensionMax).contains(dimension) else {
      throw EngineError(.usage, "a vector of \(dimension) elements; at most \(VectorSchema.dimensionMax) are allowed")
    }
    return VectorSchema(dimension: dimension)
  }
}
