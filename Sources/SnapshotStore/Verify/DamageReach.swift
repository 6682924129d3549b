internal import Catalog
internal import ObjectTier
package import Primitives
internal import SnapshotFormat

/// What is lost with chunks that no tier has: of every version the files that need them.
///
/// Reads the pages of all versions, and no chunk. A version whose own pages are lost is lost as a whole.
package struct DamageReach {
  /// A file of a version that cannot be had, or all of one.
  package struct Lost: Sendable, Equatable {
    package let collection: CollectionName
    package let version: UInt64
    /// Nil: the whole version.
    package let path: RelativePath?
  }

  private let store: SnapshotStore
  private let chunks: Set<Digest>
  private let report: (Lost) -> Void

  package init(_ store: SnapshotStore, chunks: Set<Digest>, report: @escaping (Lost) -> Void) {
    self.store = store
    self.chunks = chunks
    self.report = report
  }

  /// - Throws: what is not damage; a line whose head is damaged has no versions to look at.
  package func run(_ scope: VerifyScope) throws(StoreError) {
    switch scope {
    case .store:
      guard let all = try sound({ () throws(StoreError) in try registered() }) else { return }
      for collection in all { try run(collection, nil) }
    case .collection(let collection): try run(collection, nil)
    case .version(let collection, let version): try run(collection, version)
    }
  }

  private func registered() throws(StoreError) -> [CollectionName] {
    try store.catching { () throws(CatalogError) in
      try CollectionRegistry(store.catalog, settings: store.settings).collections().map(\.name)
    }
  }

  private func run(_ collection: CollectionName, _ version: UInt64?) throws(StoreError) {
    let rows = try sound { () throws(StoreError) in
      let head = try store.head(of: collection)
      return try store.catching { () throws(CatalogError) in
        try HeadLine(store.catalog.origin, collection).rows(of: head)
      }
    }
    for row in rows ?? [] where version.map({ $0 == row.version }) ?? true {
      let isWalked: Bool? = try sound { () throws(StoreError) in
        try walk(row, collection)
        return true
      }
      if isWalked == nil { report(Lost(collection: collection, version: row.version, path: nil)) }
    }
  }

  private func walk(_ row: VersionRow, _ collection: CollectionName) throws(StoreError) {
    let manifest = try store.manifest(row)
    try manifest.forEachFile { entry throws(StoreError) in
      guard case .file(let file) = entry.content else { return }
      var isLost = false
      try manifest.forEachReference(of: file) { isLost = isLost || chunks.contains($0.id) }
      if isLost { report(Lost(collection: collection, version: row.version, path: entry.path)) }
    }
  }

  /// Nil where something that is read on the way is damaged.
  private func sound<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value? {
    do throws(StoreError) { return try body() } catch {
      guard case .damage = error else { throw error }
      return nil
    }
  }
}
