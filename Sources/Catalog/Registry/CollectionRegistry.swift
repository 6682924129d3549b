package import Primitives
package import SnapshotFormat

/// Which collections a store has: the line `@store`.
///
/// A collection is registered first and begun after, with the fences of the head it is registered in: so a collection
/// pass that fences the store's line, then every collection it finds there, misses none.
package struct CollectionRegistry: Sendable {
  private let catalog: any Catalog
  private let settings: CommitSettings

  package init(_ catalog: any Catalog, settings: CommitSettings) {
    self.catalog = catalog
    var settings = settings
    settings.policy = settings.policy.forSmallChanges
    self.settings = settings
  }

  /// All collections, ascending by name.
  package func collections() throws(CatalogError) -> [RegisteredCollection] {
    try catalog.newestHead(of: .store)?.collections ?? []
  }

  /// Nil when there is no such collection.
  package func kind(of name: CollectionName) throws(CatalogError) -> CollectionKind? {
    try collections().first { $0.name == name }?.kind
  }

  /// Makes sure that the collection is there, and gives its head. Many may do so at once; each gets the same line.
  /// - Parameter schema: what its records are, where nothing tells it yet: the head that comes back tells what counts.
  /// - Throws: `.registeredAs` when it is there and of another kind.
  package func register(
    _ name: CollectionName, kind: CollectionKind, schema: VectorSchema? = nil, deadline: Deadline
  ) throws(CatalogError) -> Head {
    let wanted = RegisteredCollection(name, kind: kind)
    let store = try commit(.store, deadline, beginning: .before(.store, kind: .store)) {
      (base) throws(CatalogError) in
      guard let known = base.collections.first(where: { $0.name == name }) else {
        return Proposal([.register(wanted)])
      }
      guard known.kind == kind else { throw .registeredAs(name, known.kind) }
      return nil
    }
    let beginning = Head.before(name, kind: LineKind(kind), fences: store.fences)
    return try commit(name, deadline, beginning: beginning) { (base) throws(CatalogError) in
      guard base.kind == LineKind(kind) else { throw .registeredAs(name, base.kind.collection ?? kind) }
      let told = schema.map { [HeadChange.schema($0)] } ?? []
      if base.revision == 0 { return Proposal([.begin] + told) }
      return told.isEmpty || base.schema != nil || base.newestVersion > 0 ? nil : Proposal(told)
    }
  }

  private func commit(
    _ line: CollectionName, _ deadline: Deadline, beginning: Head,
    _ prepare: (Head) throws(CatalogError) -> Proposal?
  ) throws(CatalogError) -> Head {
    let transaction = CommitTransaction(catalog, line, settings: settings, deadline: deadline, beginning: beginning)
    do throws(CommitFailure<CatalogError>) {
      return try transaction.retrying(prepare).head
    } catch {
      throw error.error
    }
  }
}
