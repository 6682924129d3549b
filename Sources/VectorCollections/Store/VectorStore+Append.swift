internal import Catalog
package import Primitives
package import SnapshotFormat
package import SnapshotStore

/// Why an append failed.
package enum AppendError: Error, Sendable {
  case store(StoreError)
  case log(DeltaLogError)
}

extension VectorStore {
  /// Appends one delta, in a collection that is made when it is not there yet.
  ///
  /// When it returns, the work is durable and will be compacted exactly once. The first work of a collection tells its
  /// schema, before anything else is written: of two that come at once and differ, one is refused.
  /// - Throws: `.log(.refused)` when the first work of a collection has no record to tell the dimension by, or a record
  /// has another dimension than the collection.
  package func append(_ request: AppendRequest, deadline: Deadline = .never) throws(AppendError) -> AppendOutcome {
    let known = try known(for: [request], deadline)
    return try append(request, known)
  }

  /// Appends the operations of several requests as one delta, under one sync. One that cannot be stored is refused
  /// alone; whatever else fails, fails for all.
  ///
  /// - Parameter requests: alike but for their operations, without a sequence, and together no more than a delta holds.
  /// - Returns: for each of them what it came to.
  package func append(
    together requests: [AppendRequest], deadline: Deadline = .never
  ) -> [Result<AppendOutcome, AppendError>] {
    let known: KnownCollection
    do throws(AppendError) {
      known = try self.known(for: requests, deadline)
    } catch { return requests.map { _ in .failure(error) } }
    let refusals = requests.map { $0.refusal(known.schema) }
    guard var whole = zip(requests, refusals).first(where: { $1 == nil })?.0 else {
      return refusals.map { .failure(.log($0 ?? .refused("nothing to append"))) }
    }
    whole.operations = zip(requests, refusals).flatMap { $1 == nil ? $0.operations : [] }
    let outcome = Result { () throws(AppendError) in try append(whole, known) }
    return zip(requests, refusals).map { request, refusal in
      if let refusal { return .failure(.log(refusal)) }
      return outcome.map { $0.holding(UInt64(request.operations.count)) }
    }
  }

  private func append(_ request: AppendRequest, _ known: KnownCollection) throws(AppendError) -> AppendOutcome {
    do throws(DeltaLogError) {
      let outcome = try log(known.schema).append(request, after: known.state)
      settings.memory.note(known.schema, of: collection)
      return outcome
    } catch { throw .log(error) }
  }

  /// Makes the collection, when it is not there, and tells its schema where nothing does.
  @discardableResult
  package func register(_ schema: VectorSchema? = nil, deadline: Deadline) throws(StoreError) -> Head {
    try store.catching { () throws(CatalogError) in
      try CollectionRegistry(store.catalog, settings: store.settings).register(
        collection, kind: .vectors, schema: schema, deadline: deadline)
    }
  }

  /// The schema that the first record of some work has.
  package static func schema(of operations: [RecordOperation]) -> VectorSchema? {
    for case .upsert(_, let body) in operations {
      guard body.vector.count.isMultiple(of: 4), body.vector.count / 4 <= VectorSchema.dimensionMax else { return nil }
      return VectorSchema(dimension: body.vector.count / 4)
    }
    return nil
  }
}
