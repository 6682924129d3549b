import Primitives
import RecordSamples
import SnapshotFormat
import Testing

/// formats/delta.md §7 "Recovery"
struct DeltaRecoveryTests {
  /// The bytes of a delta that nobody sealed, and where its header and each of its batches end.
  private func unsealed(seed: UInt64) throws -> (bytes: [UInt8], ends: [Int]) {
    let source = OperationSource(seed: seed, dimension: 16_384)
    var writer = DeltaWriter(header: deltaHeader(source.schema))
    var ends = [writer.written.count]
    for clock in 1...150 as ClosedRange<UInt64> {
      let upsert = RecordOperation.upsert(RecordName("id-\(clock)")!, source.body())
      try writer.append(StampedOperation(clock: HybridClock(clock), operation: upsert))
      if writer.written.count > ends[ends.count - 1] { ends.append(writer.written.count) }
    }
    return (writer.written, ends)
  }

  @Test func `a torn tail is cut at the last whole batch, wherever it tore`() throws {
    let (bytes, ends) = try unsealed(seed: 21)
    #expect(ends.count >= 4)
    let cuts = Array(stride(from: ends[0], to: bytes.count, by: 40_961)) + ends
    for cut in cuts {
      let recovered = try DeltaReader.recover(Array(bytes[..<cut]).rawSpan)
      #expect(recovered.byteCount == ends.last { $0 <= cut }, "cut at \(cut)")
      #expect((recovered.tear == nil) == ends.contains(cut), "cut at \(cut)")
      #expect(recovered.batches.count == ends.firstIndex(of: recovered.byteCount), "cut at \(cut)")
    }
  }

  @Test func `nothing behind a damaged batch is taken`() throws {
    var (bytes, ends) = try unsealed(seed: 22)
    bytes[ends[1] + 100] ^= 1
    let recovered = try DeltaReader.recover(bytes.rawSpan)
    #expect(recovered.batches.count == 1 && recovered.byteCount == ends[1] && recovered.tear != nil)
  }

  @Test func `a file without a whole header holds nothing to recover`() {
    let header = deltaHeader(VectorSchema(dimension: 1))
    var front = ByteWriter()
    header.write(to: &front)
    for count in 0..<front.count {
      #expect(throws: FormatError.self) { try DeltaReader.recover(Array(front.bytes[..<count]).rawSpan) }
    }
  }
}

/// formats/delta.md §4: stored ≤ 1.05 × payload.
struct DeltaSizeTests {
  @Test(arguments: [384, 1_536], [100, 250, 4_000])
  func `what is stored stays within a twentieth above the payload`(dimension: Int, count: Int) throws {
    let source = OperationSource(seed: 31, dimension: dimension)
    let header = deltaHeader(source.schema)
    var writer = DeltaWriter(header: header)
    var payload = 0
    for index in 0..<count {
      let (operation, bytes) = record(index, source)
      payload += bytes
      try writer.append(StampedOperation(clock: HybridClock(UInt64(index + 1)), operation: operation))
    }
    let stored = writer.finish().object.bytes.count
    #expect(Double(stored) <= 1.05 * Double(payload), "\(stored) for \(payload)")
  }

  /// Nothing in it compresses: random ids, documents and numbers.
  private func record(_ index: Int, _ source: OperationSource) -> (RecordOperation, Int) {
    func hex(_ digits: Int) -> String { String((0..<digits).map { _ in source.pick(Array("0123456789abcdef")) }) }
    let floats = (0..<source.schema.dimension).map { _ in Float(source.random.unit()) - 0.5 }
    let (id, document, number) = ("\(hex(36))-\(index)", hex(9), source.random.unit())
    let fields = [
      MetadataField(key: "x", value: .number(number)), MetadataField(key: "ok", value: .boolean(true)),
      MetadataField(key: "merchant", value: .string(UTF8Text(hex(12)))),
    ]
    let json = #"{"merchant":"123456789012","ok":true,"x":"# + "\(number)}"
    let body = RecordBody(floats: floats, document: UTF8Text(document), metadata: MetadataFields(fields)!)
    return (.upsert(RecordName(id)!, body), floats.count * 4 + id.utf8.count + document.utf8.count + json.utf8.count)
  }
}
