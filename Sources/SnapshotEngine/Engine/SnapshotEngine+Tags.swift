internal import Catalog
internal import Primitives
internal import SnapshotFormat

extension SnapshotEngine {
  /// Names a version. A tag that names another one is moved.
  ///
  /// - Returns: the version, with its tags.
  /// - Throws: `.notFound` when there is no such version.
  public func tag(_ version: String, as tag: String) async throws(EngineError) -> Snapshot {
    let (reference, tag) = (try Names.version(version), try Names.tag(tag))
    return try await perform { call throws(EngineError) in
      let head = try call.commit(to: reference.collection) { head throws(CatalogError) in
        let row = try HeadLine(call.catalog.origin, reference.collection).row(reference.selector, in: head)
        return head.version(tagged: tag) == row.version ? [] : [.tag(tag, version: row.version)]
      }
      let row = try call.catching { () throws(CatalogError) in
        try HeadLine(call.catalog.origin, reference.collection).row(.tag(tag), in: head)
      }
      return Snapshot(reference.collection, row, in: head)
    }
  }

  /// Takes a tag away. The version stays.
  ///
  /// - Throws: `.notFound` when there is no such tag.
  public func untag(_ collection: String, _ tag: String) async throws(EngineError) {
    let (name, tag) = (try Names.collection(collection), try Names.tag(tag))
    try await perform { call throws(EngineError) in
      _ = try call.commit(to: name) { head throws(CatalogError) in
        guard head.version(tagged: tag) != nil else { throw .notFound(.tag(name, tag)) }
        return [.untag(tag)]
      }
    }
  }
}

extension EngineCall {
  /// Makes small changes to a head, all in one; none: there is nothing to do. Gives the head that shows it.
  func commit(
    to collection: CollectionName, _ change: (Head) throws(CatalogError) -> [HeadChange]
  ) throws(EngineError) -> Head {
    var settings = wiring.settings
    settings.policy = settings.policy.forSmallChanges
    let transaction = CommitTransaction(catalog, collection, settings: settings, deadline: deadline)
    do throws(CommitFailure<CatalogError>) {
      return try transaction.retrying { head throws(CatalogError) in
        let changes = try change(head)
        return changes.isEmpty ? nil : Proposal(changes)
      }.head
    } catch {
      throw EngineError(error.error)
    }
  }
}
