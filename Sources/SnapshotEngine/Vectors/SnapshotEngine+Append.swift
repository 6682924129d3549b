internal import Primitives
internal import SnapshotFormat
internal import VectorCollections

extension SnapshotEngine {
  /// Appends changes to a collection of vectors, which is made when it is missing.
  ///
  /// When it returns, they are durable, and the next compaction takes them in, exactly once.
  /// - Throws: `.failed` for a change that cannot be stored, or a sequence that would leave a gap; `.conflict` when the
  /// sequence holds other work. Deltas that were written before stay; repeating the call with the same sequence is
  /// harmless.
  @discardableResult
  public func append(
    _ changes: [RecordChange], to collection: String, options: AppendOptions = AppendOptions()
  ) async throws(EngineError) -> Appended {
    let target = try AppendTarget(collection, options)
    var operations: [RecordOperation] = []
    for change in changes { operations.append(try change.operation()) }
    return try await perform { [operations] call throws(EngineError) in
      var writer = DeltaBatches(call, target)
      for operation in operations { try writer.append(operation) }
      return try writer.finish()
    }
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
}

/// Cuts operations into deltas of bounded size, always at the same places, and appends them in order.
struct DeltaBatches {
  private let call: EngineCall
  private let target: AppendTarget
  private let vectors: VectorStore
  private var operations: [RecordOperation] = []
  private var byteCount = 0
  private var sequence: UInt64?
  private var deltas: [AppendedDelta] = []

  private static let byteCountMax = 16 << 20
  private static let operationCountMax = 262_144

  init(_ call: EngineCall, _ target: AppendTarget) {
    self.call = call
    self.target = target
    vectors = call.vectors(target.collection)
    sequence = target.options.sequence
  }

  mutating func append(_ operation: RecordOperation) throws(EngineError) {
    operations.append(operation)
    byteCount += operation.approximateByteCount
    guard byteCount >= DeltaBatches.byteCountMax || operations.count >= DeltaBatches.operationCountMax else { return }
    try flush()
  }

  mutating func finish(_ rejected: UInt64 = 0, _ rejections: [RejectedLine] = []) throws(EngineError) -> Appended {
    if !operations.isEmpty { try flush() }
    return Appended(
      deltas: deltas, operations: deltas.reduce(0) { $0 + $1.operations }, rejected: rejected, rejections: rejections,
      seconds: call.seconds)
  }

  private mutating func flush() throws(EngineError) {
    if call.isStopped { throw EngineError(.interrupted, "interrupted") }
    var request = AppendRequest(producer: target.producer, operations: operations)
    request.sequence = sequence
    request.run = target.options.run
    request.expected = target.options.expected ?? 0
    do throws(AppendError) {
      let outcome = try vectors.append(request, deadline: call.deadline)
      deltas.append(AppendedDelta(outcome, target, operations: UInt64(operations.count)))
    } catch {
      switch error {
      case .store(let error): throw EngineError(error)
      case .log(let error): throw EngineError(error, of: target.collection)
      }
    }
    sequence = sequence.map { $0 + 1 }
    operations.removeAll(keepingCapacity: true)
    byteCount = 0
  }
}

extension AppendedDelta {
  fileprivate init(_ outcome: AppendOutcome, _ target: AppendTarget, operations: UInt64) {
    let (key, what): (ObjectKey, Outcome) =
      switch outcome {
      case .appended(let key, _, _): (key, .appended)
      case .alreadyThere(let key): (key, .alreadyThere)
      case .alreadyCompacted(let key): (key, .alreadyCompacted)
      }
    self.init(
      collection: target.collection.string, producer: target.producer.string, sequence: key.number ?? 0, outcome: what,
      operations: operations)
  }
}

extension RecordOperation {
  /// What it takes in memory and in a delta, roughly.
  fileprivate var approximateByteCount: Int {
    var count = 64 + name.utf8.count + (fields?.encoded.count ?? 0)
    if case .upsert(_, let body) = self { count += body.vector.count + (body.document?.utf8.count ?? 0) }
    return count
  }
}
