package import Primitives

/// How many operations of each kind.
package struct OperationCounts: Sendable, Equatable {
  package private(set) var byKind: InlineArray<5, UInt64> = [0, 0, 0, 0, 0]

  package init() {}

  package subscript(kind: RecordOperation.Kind) -> UInt64 {
    get { byKind[Int(kind.rawValue) - 1] }
    set { byKind[Int(kind.rawValue) - 1] = newValue }
  }

  package var total: UInt64 {
    RecordOperation.Kind.allCases.reduce(0) { $0 &+ self[$1] }
  }

  package static func == (left: OperationCounts, right: OperationCounts) -> Bool {
    RecordOperation.Kind.allCases.allSatisfy { left[$0] == right[$0] }
  }
}

/// What a delta holds in sum (formats/delta.md §6).
package struct DeltaFooter: Sendable, Equatable {
  static let magic: UInt32 = 0x5446_4453
  /// Byte count and crc at its end.
  static let endByteCount = 8

  package let batchCount: Int
  package let counts: OperationCounts
  package let leastClock: HybridClock
  package let greatestClock: HybridClock
  /// What was appended, whenever it was (formats/delta.md §6).
  package let content: Digest
  package let leastName: RecordName
  package let greatestName: RecordName

  init(
    batchCount: Int, counts: OperationCounts, clocks: ClosedRange<HybridClock>, content: Digest,
    names: ClosedRange<RecordName>
  ) {
    self.batchCount = batchCount
    self.counts = counts
    self.content = content
    leastClock = clocks.lowerBound
    greatestClock = clocks.upperBound
    leastName = names.lowerBound
    greatestName = names.upperBound
  }

  func write(to output: inout ByteWriter) {
    let start = output.count
    output.integer(DeltaFooter.magic)
    output.integer(UInt32(batchCount))
    for kind in RecordOperation.Kind.allCases { output.integer(counts[kind]) }
    output.integer(leastClock.value)
    output.integer(greatestClock.value)
    output.digest(content)
    output.bytes16(leastName.utf8)
    output.bytes16(greatestName.utf8)
    output.integer(UInt32(output.count - start + DeltaFooter.endByteCount))
    output.crc(from: start)
  }

  /// Reads the footer that ends at the end of `bytes`: its fields, byte count and crc.
  init(endOf bytes: RawSpan) throws(FormatError) {
    guard let count = bytes.word(at: bytes.byteCount - 8, as: UInt32.self),
      let crc = bytes.word(at: bytes.byteCount - 4, as: UInt32.self),
      let body = bytes.slice(bytes.byteCount - Int(count), bytes.byteCount),
      let fields = body.slice(0, body.byteCount - DeltaFooter.endByteCount)
    else { throw .truncated("delta footer", at: bytes.byteCount) }
    guard CRC32C.of(body.extracting(0..<body.byteCount - 4)) == crc else {
      throw .damaged("delta footer", "the checksum differs")
    }
    var input = ByteReader(fields, of: "delta footer")
    try self.init(fields: &input)
    try input.finish()
  }

  private init(fields input: inout ByteReader) throws(FormatError) {
    guard try input.integer(UInt32.self) == DeltaFooter.magic else { throw input.damaged("the magic is missing") }
    batchCount = Int(try input.integer(UInt32.self))
    var counts = OperationCounts()
    for kind in RecordOperation.Kind.allCases { counts[kind] = try input.integer() }
    self.counts = counts
    for kind in RecordOperation.Kind.allCases where counts[kind] > DeltaLimits.operationCount {
      throw .beyondLimit("delta footer", "\(counts[kind]) operations")
    }
    leastClock = HybridClock(try input.integer())
    greatestClock = HybridClock(try input.integer())
    content = try input.digest()
    leastName = try input.recordName16()
    greatestName = try input.recordName16()
    guard batchCount >= 1, leastClock <= greatestClock, leastName <= greatestName,
      (1...UInt64(DeltaLimits.operationCount)).contains(counts.total)
    else { throw input.damaged("the totals contradict each other") }
  }

  var byteCount: Int { 96 + 4 + leastName.utf8.count + greatestName.utf8.count + DeltaFooter.endByteCount }
}

extension ByteReader {
  package mutating func recordName16() throws(FormatError) -> RecordName {
    let bytes = try bytes16(limit: RecordName.byteCountMax)
    guard let text = UTF8Text(validating: bytes), let name = RecordName(text) else { throw damaged("not a name") }
    return name
  }
}

/// Footer and seal, read from the end of a delta; what a listing needs. Believed only as far as the crc goes.
package struct DeltaTail: Sendable, Equatable {
  package let footer: DeltaFooter
  package let digest: Digest

  /// - Parameter tail: the last `DeltaLimits.tailByteCount` bytes of a delta, or all of a smaller one.
  package init(tail: RawSpan) throws(FormatError) {
    let end = tail.byteCount - SealedObject.sealByteCount
    guard let body = tail.slice(0, max(0, end)), let seal = tail.slice(max(0, end), tail.byteCount) else {
      throw .truncated("delta", at: tail.byteCount)
    }
    footer = try DeltaFooter(endOf: body)
    var input = ByteReader(seal, of: "delta seal")
    digest = try input.digest()
    guard try input.integer(UInt16.self) == 0 else { throw input.damaged("a signature where none is declared") }
    try input.finish()
  }
}
