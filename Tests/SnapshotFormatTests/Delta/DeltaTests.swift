import Primitives
import RecordSamples
import SnapshotFormat
import Testing

func deltaHeader(_ schema: VectorSchema, sequence: UInt64 = 1) -> DeltaHeader {
  DeltaHeader(
    collection: CollectionName("words")!, producer: OperationSource.producers[0], sequence: sequence,
    predecessor: sequence == 1 ? .zero : Digest.of([1]), run: "run-7", expected: 3, schema: schema,
    created: Timestamp(milliseconds: 1_700_000_000_000))
}

func delta(_ log: [StampedOperation], _ header: DeltaHeader) throws -> SealedObject.Encoded {
  var writer = DeltaWriter(header: header)
  for operation in log { try writer.append(operation) }
  return writer.finish().object
}

func operations(_ bytes: [UInt8], _ key: ObjectKey) throws -> [StampedOperation] {
  var reader = try DeltaReader(bytes.rawSpan, named: key)
  var log: [StampedOperation] = []
  while let batch = try reader.next() { log += batch }
  return log
}

/// formats/delta.md
struct DeltaTests {
  @Test func `every flipped bit of a delta is refused`() throws {
    var source = OperationSource(seed: 3)
    let header = deltaHeader(source.schema)
    var bytes = try delta(source.log(8), header).bytes
    for bit in 0..<bytes.count * 8 {
      bytes[bit / 8] ^= 1 << (bit % 8)
      #expect(throws: FormatError.self, "bit \(bit)") { try operations(bytes, header.key) }
      bytes[bit / 8] ^= 1 << (bit % 8)
    }
    #expect(try operations(bytes, header.key).count == 8)
  }

  @Test func `a delta cut at any length is refused`() throws {
    var source = OperationSource(seed: 4)
    let header = deltaHeader(source.schema)
    let bytes = try delta(source.log(8), header).bytes
    for count in bytes.indices {
      #expect(throws: FormatError.self, "cut at \(count)") { try operations(Array(bytes[..<count]), header.key) }
    }
    #expect(throws: FormatError.self) { try operations(bytes + [0], header.key) }
  }

  @Test func `a delta under another name is refused`() throws {
    var source = OperationSource(seed: 5)
    let header = deltaHeader(source.schema)
    let bytes = try delta(source.log(2), header).bytes
    let other = ObjectKey.delta(header.collection, header.producer, sequence: 2)
    #expect(throws: FormatError.self) { try operations(bytes, other) }
  }

  /// Checksums and seal are made right again, so that what is behind them must hold on its own.
  @Test(arguments: 1...400 as ClosedRange<UInt64>)
  func `a batch with damaged columns and sound checksums is read or refused, never trusted`(seed: UInt64) throws {
    var source = OperationSource(seed: seed)
    let header = deltaHeader(source.schema)
    var writer = DeltaWriter(header: header)
    for operation in source.log(6) { try writer.append(operation) }
    var bytes = writer.finish().object.bytes
    let start = 256
    for _ in 0..<(1 + source.number(below: 4)) {
      bytes[start + 20 + source.number(below: 500) % (bytes.count - start - 60)] = UInt8(source.number(below: 256))
    }
    reseal(&bytes, batchAt: start, header.key)
    let log = try? operations(bytes, header.key)
    #expect(log?.count ?? 6 == 6, "seed \(seed)")
  }

  private func reseal(_ bytes: inout [UInt8], batchAt start: Int, _ key: ObjectKey) {
    func put(_ value: UInt32, at offset: Int) {
      for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index)) }
    }
    let count = bytes[start + 8..<start + 12].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard count >= 64, start + count <= bytes.count else { return }
    put(CRC32C.of(Array(bytes[start + 64..<start + count])), at: start + 56)
    put(CRC32C.of(Array(bytes[start..<start + 60])), at: start + 60)
    let end = bytes.count - 34
    let digest = SealedObject.digest(of: Array(bytes[..<end]).rawSpan, named: key)
    bytes.replaceSubrange(end..<end + 32, with: digest.bytes)
  }

  @Test(arguments: [0, 1, 3, 16, 384], [1, 7, 500])
  func `operations come back bit for bit, whatever the dimension`(dimension: Int, count: Int) throws {
    var source = OperationSource(seed: UInt64(dimension * 1_000 + count), dimension: dimension)
    let header = deltaHeader(source.schema, sequence: 9)
    let log = source.log(count)
    let object = try delta(log, header)
    let read = try operations(object.bytes, header.key)
    #expect(read == log)
    let tail = try DeltaTail(tail: Array(object.bytes.suffix(DeltaLimits.tailByteCount)).rawSpan)
    #expect(tail.digest == object.digest && tail.footer.counts.total == UInt64(count))
    #expect(tail.footer.leastName == log.map(\.operation.name).min())
    #expect(tail.footer.greatestClock == log.last?.clock)
  }

  @Test func `the same work has the same content digest at another time and with another cut into batches`() throws {
    var source = OperationSource(seed: 11)
    let log = source.log(40)
    let later = log.map { StampedOperation(clock: HybridClock($0.clock.value + 77), operation: $0.operation) }
    let first = try delta(log, deltaHeader(source.schema))
    let second = try delta(later, deltaHeader(source.schema, sequence: 2))
    let (one, two) = (try DeltaTail(tail: first.bytes.rawSpan), try DeltaTail(tail: second.bytes.rawSpan))
    #expect(one.footer.content == two.footer.content && one.digest != two.digest)
  }

  @Test(arguments: [1, 30, 1_500])
  func `content and seal are the digests of what they cover, however many batches there are`(count: Int) throws {
    var source = OperationSource(seed: 12, dimension: 1_536)
    let header = deltaHeader(source.schema)
    let log = source.log(count)
    let whole = try delta(log, header)
    var writer = DeltaWriter(header: header)
    for operation in log { try writer.append(operation) }
    let front = writer.written
    #expect(Array(whole.bytes.prefix(front.count)) == front)
    let sealed = whole.bytes.dropLast(SealedObject.sealByteCount)
    #expect(whole.digest == SealedObject.digest(of: Array(sealed).rawSpan, named: header.key))
    #expect(try DeltaTail(tail: whole.bytes.rawSpan).footer.content == content(log, source.schema))
  }

  /// formats/delta.md §6, in one piece.
  private func content(_ log: [StampedOperation], _ schema: VectorSchema) -> Digest {
    var bytes = ByteWriter()
    bytes.integer(UInt32(schema.dimension))
    bytes.integer(schema.elementType.rawValue)
    for operation in log.map(\.operation) {
      bytes.integer(operation.kind.rawValue)
      bytes.bytes16(operation.name.utf8)
      if case .upsert(_, let body) = operation {
        bytes.append(body.vector)
        bytes.integer(UInt32(body.document.map { $0.utf8.count + 1 } ?? 0))
        bytes.append(body.document?.utf8 ?? [])
      }
      operation.fields?.write(to: &bytes)
    }
    return Digest.of(bytes.bytes)
  }

  @Test func `fields take as many bytes as is said before they are written`() {
    let source = OperationSource(seed: 13)
    for _ in 0..<500 {
      let fields = source.fields(removals: true, atLeast: 0)
      #expect(fields.encodedByteCount == fields.encoded.count)
    }
    let key = UTF8Text(String(repeating: "k", count: 200))
    let long = MetadataFields([MetadataField(key: key, value: .string(UTF8Text(String(repeating: "v", count: 20_000))))]
    )
    #expect(long?.encodedByteCount == long?.encoded.count)
  }

  @Test func `vectors lie at multiples of 64 as they are`() throws {
    let schema = VectorSchema(dimension: 16)
    let name = RecordName("a")!
    let body = RecordBody(floats: (0..<16).map { Float($0) + 0.5 })
    let log = [StampedOperation(clock: HybridClock(7), operation: .upsert(name, body))]
    let bytes = try delta(log, deltaHeader(schema)).bytes
    let found = stride(from: 0, to: bytes.count - 64, by: 64).first { Array(bytes[$0..<$0 + 64]) == body.vector }
    #expect(found != nil)
  }

  @Test func `an operation that does not fit the schema is refused and the delta goes on`() throws {
    var writer = DeltaWriter(header: deltaHeader(VectorSchema(dimension: 2)))
    let name = RecordName("a")!
    let wrong = StampedOperation(clock: HybridClock(1), operation: .upsert(name, RecordBody(floats: [1])))
    let empty = StampedOperation(clock: HybridClock(1), operation: .patch(name, .none))
    #expect(throws: FormatError.self) { try writer.append(wrong) }
    #expect(throws: FormatError.self) { try writer.append(empty) }
    try writer.append(StampedOperation(clock: HybridClock(1), operation: .delete(name)))
    #expect(writer.operationCount == 1)
  }
}
