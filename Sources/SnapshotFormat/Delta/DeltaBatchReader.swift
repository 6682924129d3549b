internal import Primitives

/// Reads one batch (formats/delta.md §4), the twin of `DeltaBatchBuilder`.
struct DeltaBatchReader {
  private let header: DeltaBatchHeader
  private let schema: VectorSchema
  private let vectors: [UInt8]
  private let columns: [UInt8]

  var byteCount: Int { header.byteCount }
  var number: Int { header.number }
  var firstClock: HybridClock { header.firstClock }

  /// Checks both checksums and decodes the columns.
  ///
  /// - Parameter bytes: from the first byte of the batch on, whatever follows it.
  init(_ bytes: RawSpan, schema: VectorSchema, decompressor: ZstdDecompressor) throws(FormatError) {
    header = try DeltaBatchHeader(from: bytes, schema: schema)
    self.schema = schema
    var input = ByteReader(bytes.extracting(0..<header.byteCount), of: "delta batch")
    _ = try input.span(DeltaBatchHeader.byteCount)
    let content = CRC32C.of(bytes.extracting(DeltaBatchHeader.byteCount..<header.byteCount))
    guard bytes.word(at: DeltaBatchHeader.contentCRCOffset, as: UInt32.self) == content else {
      throw input.damaged("the checksum differs")
    }
    vectors = try input.array(header.vectorCount * schema.vectorByteCount)
    let stored = try input.span(header.storedByteCount)
    if header.encoding == DeltaBatchHeader.encodingZstd {
      columns = try decompressor.decompress(stored, byteCount: header.rawByteCount)
    } else {
      columns = Array(copying: stored)
    }
    try input.reserved(input.remaining)
  }

  func operations() throws(FormatError) -> [StampedOperation] {
    let parts = try ColumnParts(columns)
    let kinds = try readKinds(parts.kinds)
    let clocks = try readClocks(parts.clocks)
    let names = try readNames(parts.names)
    let upsertCount = kinds.count { $0 == .upsert }
    guard header.vectorCount == (schema.dimension == 0 ? 0 : upsertCount) else {
      throw .damaged("delta batch", "\(header.vectorCount) vectors for \(upsertCount) upserts")
    }
    var documents = try readDocuments(parts.documents, count: upsertCount).makeIterator()
    var metadata = ByteReader(parts.metadata.rawSpan, of: "delta batch")
    var operations: [StampedOperation] = []
    operations.reserveCapacity(kinds.count)
    var row = 0
    for index in kinds.indices {
      let fields = kinds[index].hasFields ? try readFields(&metadata, of: kinds[index]) : nil
      let operation: RecordOperation
      if kinds[index] == .upsert {
        let body = RecordBody(vector: vector(row), document: documents.next() ?? nil, metadata: fields ?? .none)
        operation = .upsert(names[index], body)
        row += 1
      } else {
        operation = DeltaBatchReader.operation(kinds[index], names[index], fields ?? .none)
      }
      operations.append(StampedOperation(clock: clocks[index], operation: operation))
    }
    try metadata.finish()
    return operations
  }

  private static func operation(_ kind: RecordOperation.Kind, _ name: RecordName, _ fields: MetadataFields)
    -> RecordOperation
  {
    switch kind {
    case .upsert, .patch: .patch(name, fields)
    case .delete: .delete(name)
    case .patchPrefix: .patchPrefix(name, fields)
    case .deletePrefix: .deletePrefix(name)
    }
  }

  private func vector(_ row: Int) -> [UInt8] {
    let width = schema.vectorByteCount
    return Array(vectors[row * width..<(row + 1) * width])
  }
}

extension DeltaBatchReader {
  private func readKinds(_ column: [UInt8]) throws(FormatError) -> [RecordOperation.Kind] {
    guard column.count == header.operationCount else {
      throw .damaged("delta batch", "\(column.count) kinds for \(header.operationCount) operations")
    }
    var kinds: [RecordOperation.Kind] = []
    kinds.reserveCapacity(column.count)
    for byte in column {
      guard let kind = RecordOperation.Kind(rawValue: byte) else {
        throw .damaged("delta batch", "\(byte) is no kind of operation")
      }
      kinds.append(kind)
    }
    return kinds
  }

  private func readClocks(_ column: [UInt8]) throws(FormatError) -> [HybridClock] {
    var input = ByteReader(column.rawSpan, of: "delta batch")
    var clocks: [HybridClock] = []
    clocks.reserveCapacity(header.operationCount)
    var clock = header.firstClock.value
    for index in 0..<header.operationCount {
      let step = try input.varint(limit: .max)
      let (next, overflow) = clock.addingReportingOverflow(step)
      guard !overflow, (step == 0) == (index == 0) else { throw input.damaged("clocks do not rise") }
      clock = next
      clocks.append(HybridClock(clock))
    }
    try input.finish()
    return clocks
  }

  private func readNames(_ column: [UInt8]) throws(FormatError) -> [RecordName] {
    var input = ByteReader(column.rawSpan, of: "delta batch")
    let lengths = try readLengths(&input, count: header.operationCount, limit: RecordName.byteCountMax)
    var names: [RecordName] = []
    names.reserveCapacity(lengths.count)
    for length in lengths {
      guard let text = UTF8Text(validating: try input.array(length)), let name = RecordName(text) else {
        throw input.damaged("not a name")
      }
      names.append(name)
    }
    try input.finish()
    return names
  }

  private func readDocuments(_ column: [UInt8], count: Int) throws(FormatError) -> [UTF8Text?] {
    var input = ByteReader(column.rawSpan, of: "delta batch")
    let lengths = try readLengths(&input, count: count, limit: RecordBody.documentByteCountMax + 1)
    var documents: [UTF8Text?] = []
    documents.reserveCapacity(count)
    for length in lengths {
      guard length > 0 else {
        documents.append(nil)
        continue
      }
      guard let text = UTF8Text(validating: try input.array(length - 1)) else {
        throw input.damaged("a document is not UTF-8")
      }
      documents.append(text)
    }
    try input.finish()
    return documents
  }

  private func readLengths(_ input: inout ByteReader, count: Int, limit: Int) throws(FormatError) -> [Int] {
    var lengths: [Int] = []
    lengths.reserveCapacity(count)
    for _ in 0..<count { lengths.append(Int(try input.varint(limit: UInt64(limit)))) }
    return lengths
  }

  private func readFields(_ input: inout ByteReader, of kind: RecordOperation.Kind) throws(FormatError)
    -> MetadataFields
  {
    let fields = try MetadataFields(from: &input, removals: kind != .upsert)
    guard kind == .upsert || !fields.isEmpty else { throw input.damaged("a patch without a field") }
    return fields
  }
}

/// The five columns of a batch.
private struct ColumnParts {
  let kinds: [UInt8]
  let clocks: [UInt8]
  let names: [UInt8]
  let documents: [UInt8]
  let metadata: [UInt8]

  init(_ columns: [UInt8]) throws(FormatError) {
    var input = ByteReader(columns.rawSpan, of: "delta batch")
    var counts: [Int] = []
    for _ in 0..<5 { counts.append(Int(try input.integer(UInt32.self))) }
    kinds = try input.array(counts[0])
    clocks = try input.array(counts[1])
    names = try input.array(counts[2])
    documents = try input.array(counts[3])
    metadata = try input.array(counts[4])
    try input.finish()
  }
}
