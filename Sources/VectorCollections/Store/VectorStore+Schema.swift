internal import Catalog
internal import ObjectTier
internal import Primitives
package import SnapshotFormat
package import SnapshotStore

extension VectorStore {
  /// What all records of the collection have in common; nil while nothing is in it.
  package func schema() throws(StoreError) -> VectorSchema? {
    guard let head = try headIfPresent() else { return nil }
    return try schema(try manifest(of: head), head)
  }

  /// The schema of the newest version; before the first, what the head tells, or else the first delta that can be read
  /// (formats/head.md §7).
  func schema(_ manifest: ManifestReader?, _ head: Head) throws(StoreError) -> VectorSchema? {
    if let manifest { return try schema(manifest) }
    if let schema = head.schema { return schema }
    return try schemaOfFirstDelta()
  }

  /// The schema of a version; nil for one that has no records.
  func schema(_ manifest: ManifestReader) throws(StoreError) -> VectorSchema? {
    guard let vectors = manifest.root.vectors else { return nil }
    guard vectors.dimension <= VectorSchema.dimensionMax else {
      throw .invalid("the collection has \(vectors.dimension) dimensions, more than the format allows")
    }
    return VectorSchema(dimension: Int(vectors.dimension))
  }

  /// The head, nil when there is no such collection.
  func headIfPresent() throws(StoreError) -> Head? {
    do throws(StoreError) {
      return try head()
    } catch {
      if case .catalog(.notFound(.collection)) = error { return nil }
      throw error
    }
  }

  private func schemaOfFirstDelta() throws(StoreError) -> VectorSchema? {
    let log = listing
    let keys = try catching { () throws(DeltaLogError) in try log.listed(.deltas(collection), after: nil) }
    for key in keys {
      do throws(DeltaLogError) {
        if let schema = try log.header(at: key)?.schema { return schema }
      } catch {
        guard case .damaged = error else { throw StoreError(error, in: store.catalog.origin) }
      }
    }
    return nil
  }
}
