package import Primitives

/// Reads a sealed delta, batch by batch (formats/delta.md). The twin of `DeltaWriter`.
///
/// - Header, footer and seal are checked before the first batch is given out.
/// - One batch is in memory at a time.
package struct DeltaReader: ~Escapable {
  package let header: DeltaHeader
  package let footer: DeltaFooter
  /// The digest of the seal.
  package let digest: Digest
  private let batches: RawSpan
  private var cursor: DeltaBatchCursor
  private var totals: DeltaTotals

  /// - Parameter name: where the delta was found; must be where its header says it belongs.
  /// - Throws: what is wrong with it; `.digestMismatch` when the seal, or `expected`, differs.
  @_lifetime(copy bytes)
  package init(_ bytes: RawSpan, named name: ObjectKey, expected: Digest? = nil) throws(FormatError) {
    guard bytes.byteCount <= DeltaLimits.byteCount else {
      throw .beyondLimit("delta", "\(bytes.byteCount) bytes where \(DeltaLimits.byteCount) are allowed")
    }
    var input = ByteReader(bytes, of: "delta")
    header = try DeltaHeader(from: &input)
    guard header.key == name else { throw .damaged("delta", "belongs at \(header.key), not at \(name)") }
    let tail = try DeltaTail(tail: bytes)
    let sealed = bytes.byteCount - SealedObject.sealByteCount
    digest = SealedObject.digest(of: bytes.extracting(0..<sealed), named: name)
    guard tail.digest == digest else { throw .mismatch("delta", expected: tail.digest, actual: digest) }
    guard expected == nil || expected == digest else {
      throw .mismatch("delta", expected: expected ?? digest, actual: digest)
    }
    footer = tail.footer
    guard let batches = bytes.slice(input.offset, sealed - footer.byteCount) else {
      throw .truncated("delta", at: bytes.byteCount)
    }
    self.batches = batches
    cursor = DeltaBatchCursor(schema: header.schema)
    totals = DeltaTotals(schema: header.schema)
  }

  /// The next batch of operations, or nil after the last, when all of them have agreed with the footer.
  package mutating func next() throws(FormatError) -> [StampedOperation]? {
    guard cursor.offset < batches.byteCount else {
      guard totals.footer() == footer else { throw .damaged("delta", "the footer does not agree with the batches") }
      return nil
    }
    let operations = try cursor.next(in: batches)
    for operation in operations { totals.add(operation) }
    totals.endBatch()
    guard totals.counts.total <= footer.counts.total else {
      throw .damaged("delta", "more operations than the footer counts")
    }
    return operations
  }
}

/// Where a reader of batches stands, and what the next one must follow on.
struct DeltaBatchCursor {
  private let schema: VectorSchema
  private let decompressor = ZstdDecompressor()
  private(set) var offset = 0
  private(set) var number = 0
  private var lastClock: HybridClock?

  init(schema: VectorSchema) {
    self.schema = schema
  }

  mutating func next(in batches: RawSpan) throws(FormatError) -> [StampedOperation] {
    let rest = batches.extracting(offset..<batches.byteCount)
    let batch = try DeltaBatchReader(rest, schema: schema, decompressor: decompressor)
    guard batch.number == number else {
      throw .damaged("delta batch", "batch \(batch.number) stands at place \(number)")
    }
    if let lastClock, batch.firstClock <= lastClock { throw .damaged("delta batch", "clocks do not rise") }
    let operations = try batch.operations()
    lastClock = operations.last?.clock
    offset += batch.byteCount
    number += 1
    return operations
  }
}
