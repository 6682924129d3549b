internal import Catalog
internal import ObjectTier
package import Primitives
package import SnapshotFormat

/// The packs of a store, by the intent they were written under: so what each version brought is known without reading
/// it.
///
/// Costs one listing and one look at each pack; memory grows with the number of intents.
package struct PackCensus: Sendable, Equatable {
  package private(set) var packCount: UInt64 = 0
  package private(set) var byteCount: UInt64 = 0
  private var byIntent: [IntentIdentifier: UInt64] = [:]

  package init(_ store: SnapshotStore) throws(StoreError) {
    var last: ObjectKey?
    while true {
      let keys: [ObjectKey]
      do throws(TierError) {
        keys = try store.catalog.origin.list(.packs, after: last, limit: PackCensus.pageSize)
        for key in keys { try add(key, store.catalog.origin) }
      } catch {
        throw .tier(error)
      }
      guard let end = keys.last else { return }
      last = end
    }
  }

  /// Bytes of the packs that were written under an intent.
  package func byteCount(of intent: IntentIdentifier) -> UInt64 { byIntent[intent] ?? 0 }

  private mutating func add(_ key: ObjectKey, _ origin: any ObjectTier) throws(TierError) {
    guard let name = UniqueName(hex: key.lastComponent), ObjectKey.pack(name) == key,
      let count = try origin.byteCount(of: key)
    else { return }
    packCount += 1
    byteCount += count
    byIntent[name.intent, default: 0] += count
  }

  private static let pageSize = 1_000
}

/// The chunks of one version, by the form they are kept in.
package struct FormCensus: Sendable, Equatable {
  package struct Count: Sendable, Equatable {
    package var chunks: UInt64 = 0
    /// Bytes of the chunks.
    package var bytes: UInt64 = 0
    /// Bytes of their forms, before compression.
    package var formBytes: UInt64 = 0
  }

  package private(set) var counts: [ChunkForm: Count] = [:]
  /// The longest chain of patches.
  package private(set) var greatestChainDepth = 0

  /// Reads the pages of a manifest, and no chunk.
  package init(_ manifest: ManifestReader) throws(StoreError) {
    try manifest.forEachFile { entry throws(StoreError) in
      guard case .file(let file) = entry.content else { return }
      try manifest.forEachReference(of: file) { reference throws(StoreError) in add(reference) }
    }
  }

  private mutating func add(_ reference: Reference) {
    var count = counts[reference.form] ?? Count()
    count.chunks += 1
    count.bytes += UInt64(reference.byteCount)
    count.formBytes += UInt64(reference.place.formByteCount)
    counts[reference.form] = count
    greatestChainDepth = max(greatestChainDepth, reference.chainDepth)
  }
}
