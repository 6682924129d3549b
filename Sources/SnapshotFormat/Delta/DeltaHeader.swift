package import Primitives

/// What a delta is, before its first batch (formats/delta.md §1).
package struct DeltaHeader: Sendable, Equatable {
  static let magic: UInt32 = 0x4448_4453

  package let collection: CollectionName
  package let producer: ProducerName
  package let sequence: UInt64
  /// The seal of the delta before; zero for the first.
  package let predecessor: Digest
  /// The caller's name for the piece of work.
  package let run: String
  /// How many operations the whole run will bring; 0 = not declared.
  package let expected: UInt64
  package let schema: VectorSchema
  package let created: Timestamp

  /// - Precondition: `sequence` is at least 1, `run` has at most 128 bytes and no NUL.
  package init(
    collection: CollectionName, producer: ProducerName, sequence: UInt64, predecessor: Digest, run: String = "",
    expected: UInt64 = 0, schema: VectorSchema, created: Timestamp
  ) {
    precondition(
      sequence >= 1 && (sequence > 1 || predecessor == .zero), "sequences begin with 1, without a predecessor")
    precondition(DeltaHeader.isRun(run), "a run is at most 128 bytes without NUL")
    self.collection = collection
    self.producer = producer
    self.sequence = sequence
    self.predecessor = predecessor
    self.run = run
    self.expected = expected
    self.schema = schema
    self.created = created
  }

  package static func isRun(_ run: String) -> Bool {
    run.utf8.count <= DeltaLimits.runByteCount && !run.utf8.contains(0)
  }

  package var key: ObjectKey { .delta(collection, producer, sequence: sequence) }

  /// Writes preamble, header block, and zeros up to the first batch.
  package func write(to output: inout ByteWriter) {
    Preamble(type: .delta).write(to: &output)
    let start = output.count
    var fields = ByteWriter(capacity: 256)
    writeFields(to: &fields)
    output.integer(DeltaHeader.magic)
    output.integer(UInt32(fields.count))
    output.append(fields.bytes)
    output.crc(from: start)
    output.zeros(output.count.roundedUp(to: DeltaLimits.alignment) - output.count)
  }

  private func writeFields(to output: inout ByteWriter) {
    output.string(collection.string)
    output.string(producer.string)
    output.integer(sequence)
    output.digest(predecessor)
    output.string(run)
    output.integer(expected)
    output.integer(UInt32(schema.dimension))
    output.integer(schema.elementType.rawValue)
    output.timestamp(created)
  }
}

extension DeltaHeader {
  /// Reads preamble and header block up to the first batch.
  package init(from input: inout ByteReader) throws(FormatError) {
    _ = try Preamble(from: &input, type: .delta)
    guard try input.integer(UInt32.self) == DeltaHeader.magic else {
      throw input.damaged("the header block is missing")
    }
    let count: UInt32 = try input.integer()
    guard count <= DeltaLimits.headerFieldsByteCount else { throw input.damaged("a header block of \(count) bytes") }
    let fields = try input.array(Int(count))
    var block = ByteWriter()
    block.integer(DeltaHeader.magic)
    block.integer(count)
    block.append(fields)
    guard try input.integer(UInt32.self) == CRC32C.of(block.bytes) else { throw input.damaged("the checksum differs") }
    try input.reserved(input.offset.roundedUp(to: DeltaLimits.alignment) - input.offset)
    try self.init(fields: fields)
  }

  private init(fields bytes: [UInt8]) throws(FormatError) {
    var input = ByteReader(bytes.rawSpan, of: "delta header")
    guard let collection = CollectionName(try input.string(limit: CollectionName.byteCountMax)),
      let producer = ProducerName(try input.string(limit: 64))
    else { throw input.damaged("not the name of a collection or producer") }
    let sequence: UInt64 = try input.integer()
    let predecessor = try input.digest()
    guard ObjectKey.numbers.contains(sequence), sequence > 1 || predecessor == .zero else {
      throw input.damaged("sequence \(sequence)")
    }
    let run = try input.string(limit: DeltaLimits.runByteCount)
    let expected: UInt64 = try input.integer()
    let dimension: UInt32 = try input.integer()
    let schema = try VectorSchema(dimension: dimension, elementType: try input.integer(), of: "delta header")
    self.init(
      collection: collection, producer: producer, sequence: sequence, predecessor: predecessor, run: run,
      expected: expected, schema: schema, created: try input.timestamp())
    try input.finish()
  }
}
