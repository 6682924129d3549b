package import Catalog
package import ObjectTier
package import Primitives
package import SnapshotFormat

/// Orders commits by the origin's exclusive create alone: `link(2)` of a complete, synced file.
///
/// For directories that several hosts share. No lock is taken: between hosts none can be trusted.
/// Cost of a commit: one create.
package struct DirectoryCatalog: Catalog {
  package let origin: any ObjectTier
  package let hints = RevisionHints()

  package init(_ origin: any ObjectTier) {
    self.origin = origin
  }

  package var kind: CatalogKind { .directory }

  package func publish(_ publication: HeadPublication, deadline: Deadline) throws(CatalogError) -> CreateOutcome {
    do throws(TierError) {
      return try origin.create(publication.key, publication.bytes)
    } catch {
      throw .tier(error)
    }
  }
}
