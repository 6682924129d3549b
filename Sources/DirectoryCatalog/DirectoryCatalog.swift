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
  private let clock: any MonotonicClock
  private let told: PublicationTimes.Observer

  /// - Parameter kind: `.directory` or `.s3`: what a store says of itself.
  package init(
    _ origin: any ObjectTier, kind: CatalogKind = .directory, hints: RevisionHints = RevisionHints(),
    clock: any MonotonicClock = SystemClock(), told: @escaping PublicationTimes.Observer = { _ in }
  ) {
    self.origin = origin
    self.kind = kind
    self.hints = hints
    self.clock = clock
    self.told = told
  }

  package func bounded(by deadline: Deadline) -> any Catalog {
    DirectoryCatalog(origin.bounded(by: deadline), kind: kind, hints: hints.ofOneCall(), clock: clock, told: told)
  }

  package func publish(_ publication: HeadPublication, deadline: Deadline) throws(CatalogError) -> CreateOutcome {
    let started = clock.nanoseconds()
    defer {
      var times = PublicationTimes()
      times.heldNanoseconds = clock.nanoseconds() - started
      told(times)
    }
    do throws(TierError) {
      return try origin.create(publication.key, publication.bytes)
    } catch {
      throw .tier(error)
    }
  }
}
