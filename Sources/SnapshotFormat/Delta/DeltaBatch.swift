internal import Primitives

/// The header of a batch (formats/delta.md §4).
struct DeltaBatchHeader: Equatable {
  static let magic: UInt32 = 0x5441_4253
  static let byteCount = 64
  static let contentCRCOffset = 56
  static let headerCRCOffset = 60

  var number: Int
  var byteCount: Int
  var operationCount: Int
  var vectorCount: Int
  var storedByteCount: Int
  var rawByteCount: Int
  var encoding: UInt8
  var firstClock: HybridClock

  static let encodingStored: UInt8 = 0
  static let encodingZstd: UInt8 = 1

  /// Writes all but the two checksums, which follow the content.
  func write(to output: inout ByteWriter) {
    output.integer(DeltaBatchHeader.magic)
    output.integer(UInt32(number))
    output.integer(UInt32(byteCount))
    output.integer(UInt32(operationCount))
    output.integer(UInt32(vectorCount))
    output.integer(UInt32(storedByteCount))
    output.integer(UInt32(rawByteCount))
    output.integer(encoding)
    output.zeros(3)
    output.integer(firstClock.value)
    output.zeros(24)
  }

  /// - Parameter bytes: from the first byte of the batch on, whatever follows it.
  init(from bytes: RawSpan, schema: VectorSchema) throws(FormatError) {
    var input = ByteReader(bytes, of: "delta batch")
    guard let stored = bytes.word(at: DeltaBatchHeader.headerCRCOffset, as: UInt32.self) else {
      throw .truncated("delta batch", at: 0)
    }
    guard try input.integer(UInt32.self) == DeltaBatchHeader.magic else { throw input.damaged("the magic is missing") }
    guard stored == CRC32C.of(bytes.extracting(0..<DeltaBatchHeader.headerCRCOffset)) else {
      throw input.damaged("the header's checksum differs")
    }
    number = Int(try input.integer(UInt32.self))
    byteCount = Int(try input.integer(UInt32.self))
    operationCount = Int(try input.integer(UInt32.self))
    vectorCount = Int(try input.integer(UInt32.self))
    storedByteCount = Int(try input.integer(UInt32.self))
    rawByteCount = Int(try input.integer(UInt32.self))
    encoding = try input.integer()
    try input.reserved(3)
    firstClock = HybridClock(try input.integer())
    try input.reserved(16)
    try check(schema: schema, available: bytes.byteCount)
  }

  private func check(schema: VectorSchema, available: Int) throws(FormatError) {
    guard byteCount <= DeltaLimits.batchByteCount, rawByteCount <= DeltaLimits.batchColumnsByteCount,
      (1...DeltaLimits.batchOperationCount).contains(operationCount)
    else { throw .beyondLimit("delta batch", "batch \(number) is larger than a batch may be") }
    guard vectorCount <= operationCount, schema.dimension > 0 || vectorCount == 0 else {
      throw .damaged("delta batch", "\(vectorCount) vectors for \(operationCount) operations")
    }
    let end = DeltaBatchHeader.byteCount + vectorCount * schema.vectorByteCount + storedByteCount
    guard byteCount == end.roundedUp(to: DeltaLimits.alignment) else {
      throw .damaged("delta batch", "\(byteCount) bytes do not hold what is announced")
    }
    guard byteCount <= available else { throw .truncated("delta batch", at: available) }
    guard encoding <= DeltaBatchHeader.encodingZstd else {
      throw .unsupported("delta batch", "encoding \(encoding) is not known")
    }
    guard encoding == DeltaBatchHeader.encodingZstd || rawByteCount == storedByteCount else {
      throw .damaged("delta batch", "stored columns of another byte count")
    }
  }

  init(
    number: Int, operationCount: Int, vectorCount: Int, vectorByteCount: Int, stored: Int, raw: Int, encoding: UInt8,
    firstClock: HybridClock
  ) {
    self.number = number
    self.operationCount = operationCount
    self.vectorCount = vectorCount
    self.storedByteCount = stored
    self.rawByteCount = raw
    self.encoding = encoding
    self.firstClock = firstClock
    let end = DeltaBatchHeader.byteCount + vectorCount * vectorByteCount + stored
    byteCount = end.roundedUp(to: DeltaLimits.alignment)
  }
}
