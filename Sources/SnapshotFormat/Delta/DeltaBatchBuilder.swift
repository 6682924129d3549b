internal import Primitives

/// A batch in the making (formats/delta.md §4): vectors apart, everything else in columns.
struct DeltaBatchBuilder: Sendable {
  private let schema: VectorSchema
  private let number: Int
  private var vectors = ByteWriter()
  private var kinds = ByteWriter()
  private var clocks = ByteWriter()
  private var names = TextColumn()
  private var documents = TextColumn()
  private var metadata = ByteWriter()
  private var lastFieldsStart = 0
  private var firstClock = HybridClock.zero
  private var lastClock = HybridClock.zero

  init(schema: VectorSchema, number: Int, expecting expected: Int = 0) {
    self.schema = schema
    self.number = number
    vectors.reserve(min(expected * schema.vectorByteCount, DeltaLimits.batchAim))
  }

  var operationCount: Int { kinds.count }
  var isEmpty: Bool { operationCount == 0 }
  /// Whether the next operation belongs into the next batch.
  var isFull: Bool {
    byteCount >= DeltaLimits.batchAim || operationCount == DeltaLimits.batchOperationCount
  }

  private var byteCount: Int {
    vectors.count + kinds.count + clocks.count + names.byteCount + documents.byteCount + metadata.count
  }

  mutating func add(_ stamped: StampedOperation) {
    if isEmpty { (firstClock, lastClock) = (stamped.clock, stamped.clock) }
    kinds.integer(stamped.operation.kind.rawValue)
    clocks.varint(stamped.clock.value - lastClock.value)
    lastClock = stamped.clock
    names.add(stamped.operation.name.utf8, length: stamped.operation.name.utf8.count)
    lastFieldsStart = metadata.count
    stamped.operation.fields?.write(to: &metadata)
    guard case .upsert(_, let body) = stamped.operation else { return }
    vectors.append(body.vector)
    documents.add(body.document?.utf8 ?? [], length: body.document.map { $0.utf8.count + 1 } ?? 0)
  }

  /// Calls `body` with the encoded fields of the last operation, none where its kind has none.
  func withLastFields(_ body: (RawSpan) -> Void) {
    let bytes = metadata.bytes
    body(bytes.rawSpan.extracting(lastFieldsStart..<bytes.count))
  }

  func encode(to output: inout ByteWriter) {
    let raw = columns
    let compressed = Zstd.compress(raw.rawSpan, level: 1)
    let gains = compressed.count <= raw.count - raw.count / 20
    let stored = gains ? compressed : raw
    let header = DeltaBatchHeader(
      number: number, operationCount: operationCount, vectorCount: vectorCount,
      vectorByteCount: schema.vectorByteCount, stored: stored.count, raw: raw.count,
      encoding: gains ? DeltaBatchHeader.encodingZstd : DeltaBatchHeader.encodingStored, firstClock: firstClock)
    let start = output.count
    output.reserve(header.byteCount + DeltaLimits.tailByteCount)
    header.write(to: &output)
    output.append(vectors.bytes)
    output.append(stored)
    output.zeros(start + header.byteCount - output.count)
    let contentCRC = checksum(start + DeltaBatchHeader.byteCount..<output.count, of: output.bytes)
    output.patch(contentCRC, at: start + DeltaBatchHeader.contentCRCOffset)
    let headerCRC = checksum(start..<start + DeltaBatchHeader.headerCRCOffset, of: output.bytes)
    output.patch(headerCRC, at: start + DeltaBatchHeader.headerCRCOffset)
  }

  private func checksum(_ range: Range<Int>, of bytes: [UInt8]) -> UInt32 {
    CRC32C.of(bytes.rawSpan.extracting(range))
  }

  private var vectorCount: Int {
    schema.dimension == 0 ? 0 : vectors.count / schema.vectorByteCount
  }

  private var columns: [UInt8] {
    let parts = [kinds.bytes, clocks.bytes, names.bytes, documents.bytes, metadata.bytes]
    var output = ByteWriter(capacity: byteCount + 20)
    for part in parts { output.integer(UInt32(part.count)) }
    for part in parts { output.append(part) }
    return output.bytes
  }
}

/// Byte counts first, then the bytes.
private struct TextColumn: Sendable {
  private var lengths = ByteWriter()
  private var text = ByteWriter()

  var byteCount: Int { lengths.count + text.count }
  var bytes: [UInt8] { lengths.bytes + text.bytes }

  mutating func add(_ utf8: [UInt8], length: Int) {
    lengths.varint(UInt64(length))
    text.append(utf8)
  }
}
