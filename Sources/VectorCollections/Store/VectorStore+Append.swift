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
  /// When it returns, the work is durable and will be compacted exactly once.
  /// - Throws: `.log(.refused)` when the first work of a collection has no record to tell the dimension by.
  package func append(_ request: AppendRequest, deadline: Deadline = .never) throws(AppendError) -> AppendOutcome {
    let known: VectorSchema?
    do throws(StoreError) {
      known = try rememberedSchema()
      if known == nil { try register(deadline) }
    } catch { throw .store(error) }
    guard let schema = known ?? VectorStore.schema(of: request.operations) else {
      throw .log(.refused("the first work of a collection has to bring a record: its vector tells the dimension"))
    }
    do throws(DeltaLogError) {
      let outcome = try log(schema).append(request)
      settings.memory.note(schema, of: collection)
      return outcome
    } catch { throw .log(error) }
  }

  /// The schema, without reading what this process has read while the same head was the newest. The head that is read
  /// for it is not looked for again.
  private func rememberedSchema() throws(StoreError) -> VectorSchema? {
    if let schema = try sequences.known()?.schema { return schema }
    guard let head = try headIfPresent() else { return nil }
    let manifest = try manifest(of: head)
    let schema = try schema(manifest)
    let state = try CompactedState(head, manifest)
    settings.memory.note(AppendMemory.KnownHead(head: head, state: state, schema: schema), of: collection)
    return schema
  }

  /// Appends the operations of several requests as one delta, under one sync. One that cannot be stored is refused
  /// alone; whatever else fails, fails for all.
  ///
  /// - Parameter requests: alike but for their operations, without a sequence, and together no more than a delta holds.
  /// - Returns: for each of them what it came to.
  package func append(
    together requests: [AppendRequest], deadline: Deadline = .never
  ) -> [Result<AppendOutcome, AppendError>] {
    let schema: VectorSchema?
    do throws(StoreError) {
      schema = try rememberedSchema() ?? VectorStore.schema(of: requests.flatMap(\.operations))
    } catch { return requests.map { _ in .failure(.store(error)) } }
    let refusals = requests.map { schema.flatMap($0.refusal) }
    guard var whole = zip(requests, refusals).first(where: { $1 == nil })?.0 else {
      return refusals.map { .failure(.log($0 ?? .refused("nothing to append"))) }
    }
    whole.operations = zip(requests, refusals).flatMap { $1 == nil ? $0.operations : [] }
    let outcome = Result { () throws(AppendError) in try append(whole, deadline: deadline) }
    return zip(requests, refusals).map { request, refusal in
      if let refusal { return .failure(.log(refusal)) }
      return outcome.map { $0.holding(UInt64(request.operations.count)) }
    }
  }

  /// Makes the collection, when it is not there.
  package func register(_ deadline: Deadline) throws(StoreError) {
    _ = try store.catching { () throws(CatalogError) in
      try CollectionRegistry(store.catalog, settings: store.settings).register(
        collection, kind: .vectors, deadline: deadline)
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
