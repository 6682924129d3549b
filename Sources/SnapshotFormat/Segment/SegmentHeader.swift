package import Primitives

/// The 160 bytes behind a segment's preamble (formats/segment.md §1).
package struct SegmentHeader: Sendable, Equatable {
  package static let byteCount = 160
  /// Preamble and header: all the chunker needs to see.
  package static let endOffset = Preamble.byteCount + byteCount
  package static let rowCountMax = 16_777_216
  static let magic: UInt32 = 0x4745_5353
  static let crcOffset = 252

  package let schema: VectorSchema
  package let name: UniqueName
  /// The version its writer aimed at.
  package let generation: UInt64
  package let rowCount: Int
  package let vectorCount: Int
  package let vectorsOffset: Int
  package let footerOffset: Int
  package let created: Timestamp

  init(
    _ description: SegmentWriter.Description, rowCount: Int, vectorCount: Int, vectorsOffset: Int, footerOffset: Int
  ) {
    schema = description.schema
    name = description.name
    generation = description.generation
    created = description.created
    self.rowCount = rowCount
    self.vectorCount = vectorCount
    self.vectorsOffset = vectorsOffset
    self.footerOffset = footerOffset
  }

  package func write(to output: inout ByteWriter) {
    let start = output.count
    output.integer(SegmentHeader.magic)
    output.integer(UInt32(schema.chunkByteCount))
    output.integer(UInt32(schema.dimension))
    output.integer(schema.elementType.rawValue)
    output.zeros(3)
    output.uniqueName(name)
    output.integer(generation)
    output.integer(UInt32(rowCount))
    output.integer(UInt32(vectorCount))
    output.integer(UInt64(vectorsOffset))
    output.integer(UInt64(footerOffset))
    output.timestamp(created)
    output.zeros(84)
    output.crc(from: start)
  }

  /// Reads preamble and header and checks what can be checked without the rest.
  package init(from bytes: RawSpan) throws(FormatError) {
    var input = ByteReader(bytes, of: "segment header")
    _ = try Preamble(from: &input, type: .segment)
    guard bytes.byteCount >= SegmentHeader.endOffset else { throw .truncated("segment header", at: bytes.byteCount) }
    let crc = CRC32C.of(bytes.extracting(Preamble.byteCount..<SegmentHeader.crcOffset))
    guard try input.integer(UInt32.self) == SegmentHeader.magic else { throw input.damaged("the magic is missing") }
    let chunkByteCount = try input.integer(UInt32.self)
    let dimension = try input.integer(UInt32.self)
    schema = try VectorSchema(dimension: dimension, elementType: try input.integer(), of: "segment header")
    try input.reserved(3)
    name = try input.uniqueName()
    generation = try input.integer()
    rowCount = Int(try input.integer(UInt32.self))
    vectorCount = Int(try input.integer(UInt32.self))
    vectorsOffset = try SegmentHeader.offset(&input)
    footerOffset = try SegmentHeader.offset(&input)
    created = try input.timestamp()
    try input.reserved(84)
    guard try input.integer(UInt32.self) == crc else { throw input.damaged("the checksum differs") }
    guard Int(chunkByteCount) == schema.chunkByteCount else {
      throw input.damaged("chunk byte count \(chunkByteCount)")
    }
    try checkCounts()
  }

  private static func offset(_ input: inout ByteReader) throws(FormatError) -> Int {
    let offset: UInt64 = try input.integer()
    guard offset <= SegmentIndex.byteCountMax else { throw .beyondLimit("segment header", "offset \(offset)") }
    return Int(offset)
  }

  private func checkCounts() throws(FormatError) {
    guard (1...SegmentHeader.rowCountMax).contains(rowCount) else {
      throw .beyondLimit("segment header", "\(rowCount) rows")
    }
    guard vectorCount <= (schema.dimension == 0 ? 0 : rowCount) else {
      throw .damaged("segment header", "\(vectorCount) vectors for \(rowCount) rows")
    }
  }
}

extension SegmentHeader {
  /// What the profile of a file goes by (formats/segment.md §2): nil when the first bytes are not a segment's.
  package static func chunkByteCount(firstBytes: RawSpan) -> UInt32? {
    guard firstBytes.byteCount >= endOffset else { return nil }
    let preamble = firstBytes.extracting(0..<Preamble.byteCount)
    guard Array(copying: preamble.extracting(0..<8)) == Preamble.magic,
      preamble.word(at: 8, as: UInt16.self) == ObjectType.segment.rawValue,
      preamble.word(at: 92, as: UInt32.self) == CRC32C.of(preamble.extracting(0..<92)),
      firstBytes.word(at: Preamble.byteCount, as: UInt32.self) == magic,
      firstBytes.word(at: crcOffset, as: UInt32.self)
        == CRC32C.of(firstBytes.extracting(Preamble.byteCount..<crcOffset)),
      let count = firstBytes.word(at: Preamble.byteCount + 4, as: UInt32.self),
      VectorSchema.chunkByteCounts.contains(Int(count)), count.isMultiple(of: 64)
    else { return nil }
    return count
  }
}
