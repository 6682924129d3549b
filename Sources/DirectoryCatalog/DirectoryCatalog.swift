package import Catalog
package import ObjectTier
package import Primitives
package import SnapshotFormat

/// Orders commits by the origin's exclusive create alone: in a directory `link(2)` of a complete, synced file, on S3 a
/// `PUT` with `If-None-Match: *`.
///
/// For stores that several hosts share. No lock is taken: between hosts none can be trusted.
/// Cost of a commit: one create.
package struct DirectoryCatalog: Catalog {
  package let origin: any ObjectTier
  package let kind: CatalogKind
  package let hints: RevisionHints

  /// - Parameter kind: `.directory` or `.s3`: what a store says of itself.
  package init(_ origin: any ObjectTier, kind: CatalogKind = .directory, hints: RevisionHints = RevisionHints()) {
    self.origin = origin
    self.kind = kind
    self.hints = hints
  }

  package func bounded(by deadline: Deadline) -> any Catalog {
    DirectoryCatalog(origin.bounded(by: deadline), kind: kind, hints: hints)
  }

  package func publish(_ publication: HeadPublication, deadline: Deadline) throws(CatalogError) -> CreateOutcome {
    do throws(TierError) {
      return try origin.create(publication.key, publication.bytes)
    } catch {
      throw .tier(error)
    }
  }
}
