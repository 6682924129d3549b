package import ObjectTier
package import Primitives
package import SnapshotFormat

/// A head on its way into its line.
package struct HeadPublication: Sendable {
  package let collection: CollectionName
  package let revision: UInt64
  package let writeIdentifier: UniqueName
  package let intent: IntentIdentifier
  package let bytes: [UInt8]

  package init(_ head: Head, bytes: [UInt8]) {
    collection = head.collection
    revision = head.revision
    writeIdentifier = head.writeIdentifier
    intent = head.intent
    self.bytes = bytes
  }

  package var key: ObjectKey { .head(collection, revision: revision) }
}

/// What orders the commits of a store.
///
/// Rules every backend keeps, and one suite tests on all of them:
/// - the head's object in the origin is the commit point, and nothing else is: what a backend keeps beside it can be
///   lost at any time.
/// - of many callers that publish one revision of one line, one gets `.created`.
/// - an error before the object was sent and one after it are told apart: `CatalogError.mayHaveLanded`.
/// - calls block the calling thread: for a turn until `deadline`, for the tier as long as the tier was bounded to.
package protocol Catalog: Sendable {
  var kind: CatalogKind { get }
  /// The truth. Heads are read from here only.
  var origin: any ObjectTier { get }
  /// Where the newest revisions were last seen; may be lost.
  var hints: RevisionHints { get }

  /// Creates the head's object, exclusively.
  /// - Throws: `.tier` for what the origin failed with, `.locked` when the turn of this process did not come in time,
  ///   `.local` when the backend's own state cannot be used. The last two: nothing was sent.
  func publish(_ publication: HeadPublication, deadline: Deadline) throws(CatalogError) -> CreateOutcome

  /// The same catalog for one call: what can wait in its origin ends by `deadline`. Revisions that were seen are
  /// shared.
  func bounded(by deadline: Deadline) -> any Catalog
}

extension Catalog {
  /// The newest head of a line, nil before the first; what this call has read of it is not read again.
  ///
  /// - Parameter hint: a revision near the newest; any number will do.
  package func newestHead(of collection: CollectionName, hint: UInt64 = 0) throws(CatalogError) -> Head? {
    let line = HeadLine(origin, collection)
    let near = max(hint, hints.revision(of: collection))
    let newest: Head?
    if let known = hints.head(of: collection), known.revision >= near {
      newest = try line.newer(than: known) ?? known
    } else {
      newest = try line.newest(hint: near)
    }
    if let newest { hints.note(newest) }
    return newest
  }

  /// The newest head of a line that must be there.
  package func existingHead(of collection: CollectionName, hint: UInt64 = 0) throws(CatalogError) -> Head {
    guard let head = try newestHead(of: collection, hint: hint) else { throw .notFound(.collection(collection)) }
    return head
  }
}
