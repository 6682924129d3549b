import Primitives
import SnapshotFormat

/// Deltas (formats/delta.md).
extension FuzzTarget {
  static var delta: FuzzTarget {
    FuzzTarget(mends: [
      { $0.mendDelta() }
    ]) {
      try [0, 3].flatMap { dimension in
        try (0..<2).map { try written(samples(dimension: dimension, batch: $0), header(dimension)) }
      }
    } check: { bytes in
      _ = try? DeltaTail(tail: bytes.rawSpan)
      let header = try readHeader(bytes)
      let log = try operations(bytes, at: header.key)
      try writeAgain(log, header)
    }
  }

  private static func readHeader(_ bytes: [UInt8]) throws(FormatError) -> DeltaHeader {
    var input = ByteReader(bytes.rawSpan, of: "delta")
    return try DeltaHeader(from: &input)
  }

  private static func operations(_ bytes: [UInt8], at key: ObjectKey) throws(FormatError) -> [StampedOperation] {
    var reader = try DeltaReader(bytes.rawSpan, named: key)
    var log: [StampedOperation] = []
    while let batch = try reader.next() { log += batch }
    return log
  }

  /// What was read can be written, and comes back.
  static func writeAgain(_ log: [StampedOperation], _ header: DeltaHeader) throws {
    let again = try FuzzFinding.unlessDone("operations are written and read") {
      try operations(try written(log, header), at: header.key)
    }
    try FuzzFinding.unless(again == log, "operations written and read again differ")
  }

  private static func written(_ log: [StampedOperation], _ header: DeltaHeader) throws(FormatError) -> [UInt8] {
    var writer = DeltaWriter(header: header)
    for operation in log { try writer.append(operation) }
    return writer.finish().object.bytes
  }

  static func header(_ dimension: Int) throws -> DeltaHeader {
    DeltaHeader(
      collection: try Samples.collection(), producer: try Samples.producer(), sequence: 1, predecessor: .zero,
      run: "run-7", expected: 3, schema: VectorSchema(dimension: dimension), created: Samples.time)
  }

  /// Each kind of operation and of value; a batch of noise is stored, one of repetition compressed.
  private static func samples(dimension: Int, batch: Int) throws -> [StampedOperation] {
    let names = try (0..<6).map { try Samples.known(RecordName("page-\(batch)#\($0)")) }
    let values: [MetadataValue] = [
      .string("zwölf"), .integer(-3), .number(0.5), .boolean(true), .strings(["a", ""]), .integers([1]),
      .numbers([-0.0]),
      .booleans([false]), .strings([]),
    ]
    let fields = values.enumerated().map { MetadataField(key: UTF8Text("k\($0.offset)"), value: $0.element) }
    let whole = try Samples.known(MetadataFields(fields))
    let patch = try Samples.known(MetadataFields([MetadataField(key: "k1", value: nil), fields[0]]))
    let vector = (0..<dimension).map { Float($0) + 0.25 }
    let text = UTF8Text(String(repeating: "TOTAL ", count: batch == 0 ? 1 : 40))
    let operations: [RecordOperation] = [
      .upsert(names[0], RecordBody(floats: vector, document: text, metadata: whole)),
      .upsert(names[1], RecordBody(floats: vector)), .patch(names[2], patch), .delete(names[3]),
      .patchPrefix(names[4], patch), .deletePrefix(names[5]),
    ]
    let clocks = (0..<operations.count).map { HybridClock(UInt64(1_000 * (batch + 1) + $0 * 300)) }
    return zip(clocks, operations).map { StampedOperation(clock: $0, operation: $1) }
  }
}

/// Where batch 0 begins.
private func deltaBatchOffset(_ bytes: [UInt8]) -> Int {
  let fields = bytes.number(at: 100, as: UInt32.self) ?? 0
  return (108 + fields + 63) / 64 * 64
}

extension Array where Element == UInt8 {
  /// Checksums of header, batches and footer; then the seal.
  package mutating func mendDelta() {
    mendPreamble()
    let fields = number(at: 100, as: UInt32.self) ?? 0
    putCRC(of: 96, 104 + fields, at: 104 + fields)
    var offset = deltaBatchOffset(self)
    while let next = mendBatch(at: offset) { offset = next }
    let end = count - SealedObject.sealByteCount
    let footer = number(at: end - 8, as: UInt32.self) ?? 0
    putCRC(of: end - footer, end - 4, at: end - 4)
    if let key = deltaKey { mendSeal(named: key) }
  }

  private var deltaKey: ObjectKey? {
    var input = ByteReader(rawSpan, of: "delta")
    return try? DeltaHeader(from: &input).key
  }

  private mutating func mendBatch(at offset: Int) -> Int? {
    guard let byteCount = number(at: offset + 8, as: UInt32.self), byteCount >= 64, byteCount <= count - offset,
      number(at: offset, as: UInt32.self) == 0x5441_4253
    else { return nil }
    putCRC(of: offset + 64, offset + byteCount, at: offset + 56)
    putCRC(of: offset, offset + 60, at: offset + 60)
    return offset + byteCount
  }
}
