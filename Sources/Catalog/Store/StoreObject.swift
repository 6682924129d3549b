package import ObjectTier
package import Primitives
package import SnapshotFormat

/// The object `store`: written once by `init`, never changed.
package enum StoreObject {
  /// - Throws: `.notFound(.store)` when there is no store.
  package static func read(from origin: any ObjectTier) throws(CatalogError) -> StoreIdentity {
    let identity = try origin.sealedObject(.store) { bytes throws(FormatError) in
      try StoreIdentity(decoding: bytes.rawSpan)
    }
    guard let identity else { throw .notFound(.store(origin.location)) }
    return identity
  }

  /// Writes the identity of a new store.
  /// - Returns: false when a store is there already; it is left as it is.
  package static func create(
    _ identity: StoreIdentity, in origin: any ObjectTier, settings: CommitSettings, deadline: Deadline
  ) throws(CatalogError) -> Bool {
    do throws(CatalogError) {
      try origin.settle(.store, identity.encoded().bytes, settings: settings, deadline: deadline)
    } catch {
      guard !error.isUnsynced, let present = try? read(from: origin) else { throw error }
      return present == identity
    }
    return true
  }
}
