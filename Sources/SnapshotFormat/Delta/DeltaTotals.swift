internal import Primitives

/// Adds up what the footer of a delta states; used by writer and reader, so that both mean the same.
struct DeltaTotals {
  private(set) var counts = OperationCounts()
  private(set) var batchCount = 0
  private(set) var greatestClock: HybridClock?
  private var leastClock = HybridClock.zero
  private var names: (least: RecordName, greatest: RecordName)?
  private var content = DigestBuilder()

  init(schema: VectorSchema) {
    content.update(littleEndian: UInt32(schema.dimension))
    content.update(littleEndian: schema.elementType.rawValue)
  }

  mutating func endBatch() {
    batchCount += 1
  }

  mutating func add(_ stamped: StampedOperation) {
    let name = stamped.operation.name
    counts[stamped.operation.kind] += 1
    if greatestClock == nil { leastClock = stamped.clock }
    greatestClock = stamped.clock
    names = names.map { (min($0.least, name), max($0.greatest, name)) } ?? (name, name)
    addContent(stamped.operation)
  }

  /// The footer, or nil when nothing was added.
  func footer() -> DeltaFooter? {
    guard let greatestClock, let names else { return nil }
    let content = content
    return DeltaFooter(
      batchCount: batchCount, counts: counts, clocks: leastClock...greatestClock, content: content.finish(),
      names: names.least...names.greatest)
  }

  private mutating func addContent(_ operation: RecordOperation) {
    var bytes = ByteWriter(capacity: 256)
    bytes.integer(operation.kind.rawValue)
    bytes.bytes16(operation.name.utf8)
    if case .upsert(_, let body) = operation {
      bytes.append(body.vector)
      bytes.integer(UInt32(body.document.map { $0.utf8.count + 1 } ?? 0))
      bytes.append(body.document?.utf8 ?? [])
    }
    operation.fields?.write(to: &bytes)
    content.update(bytes.bytes)
  }
}
