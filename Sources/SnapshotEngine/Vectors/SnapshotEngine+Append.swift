internal import Primitives
internal import SnapshotFormat
internal import VectorCollections

extension SnapshotEngine {
  /// Appends changes to a collection of vectors, which is made when it is missing.
  ///
  /// When it returns, they are durable, and the next compaction takes them in, exactly once. Calls of the same producer
  /// and run that come while a delta is being written share the next one, and its sync; with a sequence each has
  /// its own.
  ///
  /// Of several changes of one record the later one counts. Elements of vectors are kept as they are, NaN among them: a
  /// search finds such a record last.
  /// - Throws: `.failed` for a change that cannot be stored, or a sequence that would leave a gap: nothing was written
  /// then. `.conflict` when the sequence holds other work. Where a tier fails between two deltas the first ones stay;
  /// repeating the call with the same sequence is harmless.
  @discardableResult
  public func append(
    _ changes: [RecordChange], to collection: String, options: AppendOptions = AppendOptions()
  ) async throws(EngineError) -> Appended {
    let target = try AppendTarget(collection, options)
    var operations: [RecordOperation] = []
    operations.reserveCapacity(changes.count)
    var order = FieldOrder()
    for change in changes { operations.append(try change.operation(&order)) }
    if target.options.sequence == nil, !operations.isEmpty,
      let byteCount = DeltaBatches.byteCount(ofOneDelta: operations)
    {
      return try await append(operations, byteCount, target)
    }
    return try await perform { [operations] call throws(EngineError) in
      var writer = DeltaBatches(call, target)
      for operation in operations { try writer.add(operation) }
      return try writer.finish()
    }
  }
}

extension SnapshotEngine {
  /// Appends together with whatever other calls append to the same line at this time.
  private func append(
    _ operations: [RecordOperation], _ byteCount: Int, _ target: AppendTarget
  ) async throws(EngineError) -> Appended {
    let started = clock.nanoseconds()
    let outcome = try await appends.append(target.request(operations), target.line, byteCount: byteCount) { [self] in
      await append($0, together: target)
    }
    let delta = AppendedDelta(outcome, target, operations: UInt64(operations.count))
    return Appended(
      deltas: [delta], operations: delta.operations, rejected: 0,
      seconds: Double(clock.nanoseconds() - started) / 1e9)
  }

  private func append(
    _ requests: [AppendRequest], together target: AppendTarget
  ) async -> [Result<AppendOutcome, EngineError>] {
    do throws(EngineError) {
      return try await perform { call throws(EngineError) in
        call.vectors(target.collection).append(together: requests, deadline: call.deadline).map { outcome in
          outcome.mapError { EngineError($0, of: target.collection) }
        }
      }
    } catch { return requests.map { _ in .failure(error) } }
  }
}

/// Where changes go.
struct AppendTarget: Sendable {
  let collection: CollectionName
  let producer: ProducerName
  let options: AppendOptions

  init(_ collection: String, _ options: AppendOptions) throws(EngineError) {
    self.collection = try Names.collection(collection)
    producer = try Names.producer(options.producer)
    self.options = options
    guard options.sequence != 0 else { throw EngineError(.usage, "sequences count from 1") }
  }

  func request(_ operations: [RecordOperation]) -> AppendRequest {
    var request = AppendRequest(producer: producer, operations: operations)
    request.run = options.run
    request.expected = options.expected ?? 0
    return request
  }

  var line: AppendQueue.Groups.Line {
    AppendQueue.Groups.Line(
      collection: collection, producer: producer, run: options.run, expected: options.expected ?? 0)
  }
}
