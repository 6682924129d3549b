internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore
internal import VectorCollections

/// Cuts operations into deltas of bounded size, always at the same places, and appends them in order once all of them
/// are known to be good.
///
/// - What fits into one delta stays in memory; of more, all but the last delta wait in a file without a name.
struct DeltaBatches: ~Copyable {
  private let call: EngineCall
  private let target: AppendTarget
  private let vectors: VectorStore
  private var schema: VectorSchema?
  private var operations: [RecordOperation] = []
  private var byteCount = 0
  private var spool: OperationSpool?
  private var sequence: UInt64?
  private var deltas: [AppendedDelta] = []

  private static let byteCountMax = 16 << 20
  private static let operationCountMax = 262_144

  /// - Parameter schema: nil: it is looked up when there is more than one delta.
  init(_ call: EngineCall, _ target: AppendTarget, schema: VectorSchema? = nil) {
    self.call = call
    self.target = target
    self.schema = schema
    vectors = call.vectors(target.collection)
    sequence = target.options.sequence
  }

  mutating func add(_ operation: RecordOperation) throws(EngineError) {
    operations.append(operation)
    byteCount += operation.approximateByteCount
    guard byteCount >= DeltaBatches.byteCountMax || operations.count >= DeltaBatches.operationCountMax else { return }
    try setAside()
  }

  /// Whether what is good is appended without what is bad.
  var skipsBadRecords: Bool { target.options.badRecords == .skip }

  /// Appends all of it. Nothing may be added any more.
  mutating func finish(_ rejected: UInt64 = 0) throws(EngineError) -> Appended {
    if spool != nil, !operations.isEmpty { try setAside() }
    for index in 0..<(spool?.count ?? 0) {
      try append(call.catching { () throws(StoreError) in try spool?.operations(at: index) ?? [] })
    }
    if !operations.isEmpty { try append(operations) }
    return Appended(
      deltas: deltas, operations: deltas.reduce(0) { $0 + $1.operations }, rejected: rejected, seconds: call.seconds)
  }

  /// Checks a delta's operations, and puts them where they wait for the rest.
  private mutating func setAside() throws(EngineError) {
    if call.isStopped { throw EngineError(.interrupted, "interrupted") }
    let known = try knownSchema()
    for operation in operations {
      guard let defect = operation.defect(in: known) else { continue }
      throw EngineError(
        DeltaLogError.refused("\(Printable.string(operation.name.string)): \(defect)"), of: target.collection)
    }
    let full = operations
    try call.catching { () throws(StoreError) in
      if spool == nil { spool = try vectors.spool(known) }
      try spool?.add(full)
    }
    operations.removeAll(keepingCapacity: true)
    byteCount = 0
  }

  private mutating func knownSchema() throws(EngineError) -> VectorSchema {
    if let schema { return schema }
    let known = try call.schema(of: target.collection, dimension: VectorStore.schema(of: operations)?.dimension)
    schema = known
    return known
  }

  private mutating func append(_ operations: [RecordOperation]) throws(EngineError) {
    if call.isStopped { throw EngineError(.interrupted, "interrupted") }
    var request = target.request(operations)
    request.sequence = sequence
    do throws(AppendError) {
      let outcome = try vectors.append(request, deadline: call.deadline)
      deltas.append(AppendedDelta(outcome, target, operations: UInt64(operations.count)))
    } catch { throw EngineError(error, of: target.collection) }
    sequence = sequence.map { $0 + 1 }
  }
}

extension DeltaBatches {
  /// What operations take, roughly; nil when they are more than one delta is given.
  static func byteCount(ofOneDelta operations: [RecordOperation]) -> Int? {
    let byteCount = operations.reduce(0) { $0 + $1.approximateByteCount }
    return byteCount < byteCountMax && operations.count < operationCountMax ? byteCount : nil
  }
}

extension AppendedDelta {
  init(_ outcome: AppendOutcome, _ target: AppendTarget, operations: UInt64) {
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
    var count = 64 + name.utf8.count + (fields?.encodedByteCount ?? 0)
    if case .upsert(_, let body) = self { count += body.vector.count + (body.document?.utf8.count ?? 0) }
    return count
  }
}
