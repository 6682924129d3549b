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
    let known: AppendMemory.KnownHead?
    do throws(StoreError) { known = try rememberedHead() } catch { throw .store(error) }
    return try append(request, known, deadline)
  }

  /// - Parameter known: the newest head of a moment ago, and the schema; nil where the collection is to be made.
  private func append(
    _ request: AppendRequest, _ known: AppendMemory.KnownHead?, _ deadline: Deadline
  ) throws(AppendError) -> AppendOutcome {
    do throws(StoreError) { if known == nil { try register(deadline) } } catch { throw .store(error) }
    guard let schema = known?.schema ?? VectorStore.schema(of: request.operations) else {
      throw .log(.refused("the first work of a collection has to bring a record: its vector tells the dimension"))
    }
    do throws(DeltaLogError) {
      let outcome = try log(schema).append(request, after: known?.state)
      settings.memory.note(schema, of: collection)
      return outcome
    } catch { throw .log(error) }
  }

  /// The newest head and the schema, without reading what this process has read while the same head was the newest.
  /// The head that is read for it is not looked for again.
  private func rememberedHead() throws(StoreError) -> AppendMemory.KnownHead? {
    if let known = try sequences.known(), known.schema != nil { return known }
    guard let head = try headIfPresent() else { return nil }
    let manifest = try manifest(of: head)
    let schema = try schema(manifest)
    let state = try CompactedState(head, manifest)
    let known = AppendMemory.KnownHead(head: head, state: state, schema: schema)
    settings.memory.note(known, of: collection)
    return known
  }

  /// Appends the operations of several requests as one delta, under one sync. One that cannot be stored is refused
  /// alone; whatever else fails, fails for all.
  ///
  /// - Parameter requests: alike but for their operations, without a sequence, and together no more than a delta holds.
  /// - Returns: for each of them what it came to.
  package func append(
    together requests: [AppendRequest], deadline: Deadline = .never
  ) -> [Result<AppendOutcome, AppendError>] {
    let known: AppendMemory.KnownHead?
    do throws(StoreError) {
      known = try rememberedHead()
    } catch { return requests.map { _ in .failure(.store(error)) } }
    let schema = known?.schema ?? VectorStore.schema(of: requests.flatMap(\.operations))
    let refusals = requests.map { schema.flatMap($0.refusal) }
    guard var whole = zip(requests, refusals).first(where: { $1 == nil })?.0 else {
      return refusals.map { .failure(.log($0 ?? .refused("nothing to append"))) }
    }
    whole.operations = zip(requests, refusals).flatMap { $1 == nil ? $0.operations : [] }
    let outcome = Result { () throws(AppendError) in try append(whole, known, deadline) }
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
