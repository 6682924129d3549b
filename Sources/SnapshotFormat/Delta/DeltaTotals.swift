internal import Primitives

/// Adds up what the footer of a delta states; used by writer and reader, so that both mean the same.
struct DeltaTotals {
  private(set) var counts = OperationCounts()
  private(set) var batchCount = 0
  private(set) var greatestClock: HybridClock?
  private var leastClock = HybridClock.zero
  private var names: (least: RecordName, greatest: RecordName)?
  private var content = DigestOfBlocks()
  /// What the digest of the content does not hold yet.
  private var pending = ByteWriter()

  init(schema: VectorSchema) {
    pending.integer(UInt32(schema.dimension))
    pending.integer(schema.elementType.rawValue)
  }

  mutating func endBatch() {
    batchCount += 1
    let bytes = takePending()
    content.update(bytes.rawSpan.extracting(0..<DigestOfBlocks.whole(bytes.count)))
  }

  /// The same, while another digest goes on: the two together take less time.
  mutating func endBatch(with seal: inout DigestOfBlocks, _ sealed: RawSpan) {
    batchCount += 1
    let bytes = takePending()
    let whole = bytes.rawSpan.extracting(0..<DigestOfBlocks.whole(bytes.count))
    DigestOfBlocks.update(&content, whole, &seal, sealed)
  }

  /// Of the bytes that are given, those that are not a whole block stay.
  private mutating func takePending() -> [UInt8] {
    let bytes = pending.bytes
    pending = ByteWriter()
    pending.append(bytes.rawSpan.extracting(DigestOfBlocks.whole(bytes.count)..<bytes.count))
    return bytes
  }

  mutating func add(_ stamped: StampedOperation) {
    let fields = stamped.operation.fields?.encoded ?? []
    add(stamped, fields: fields.rawSpan)
  }

  /// - Parameter fields: those of the operation, encoded; no bytes where its kind has none.
  mutating func add(_ stamped: StampedOperation, fields: RawSpan) {
    let name = stamped.operation.name
    counts[stamped.operation.kind] += 1
    if greatestClock == nil { leastClock = stamped.clock }
    greatestClock = stamped.clock
    note(name)
    addContent(stamped.operation, fields)
  }

  /// The footer, or nil when nothing was added.
  func footer() -> DeltaFooter? {
    guard let greatestClock, let names else { return nil }
    let content = content
    return DeltaFooter(
      batchCount: batchCount, counts: counts, clocks: leastClock...greatestClock,
      content: content.finish(pending.bytes.rawSpan),
      names: names.least...names.greatest)
  }

  private mutating func note(_ name: RecordName) {
    guard let known = names else { return names = (name, name) }
    if name < known.least { names?.least = name } else if name > known.greatest { names?.greatest = name }
  }

  private mutating func addContent(_ operation: RecordOperation, _ fields: RawSpan) {
    pending.integer(operation.kind.rawValue)
    pending.bytes16(operation.name.utf8)
    if case .upsert(_, let body) = operation {
      pending.append(body.vector)
      pending.integer(UInt32(body.document.map { $0.utf8.count + 1 } ?? 0))
      pending.append(body.document?.utf8 ?? [])
    }
    pending.append(fields)
  }
}
