internal import Primitives

/// Writes a delta, operation by operation (formats/delta.md).
///
/// - Holds all of the delta's bytes.
/// - The same header and operations give the same bytes.
/// - Its two digests, of the content and of the seal, are made together, batch by batch.
package struct DeltaWriter {
  package let header: DeltaHeader
  private var output = ByteWriter()
  private var batch: DeltaBatchBuilder
  private var totals: DeltaTotals
  private var seal = DigestOfBlocks()
  /// So many bytes of the output are in the seal.
  private var sealedByteCount = 0

  /// - Parameter expected: so many operations will probably be appended; that they are as many saves copies.
  package init(header: DeltaHeader, expecting expected: Int = 0) {
    self.header = header
    batch = DeltaBatchBuilder(schema: header.schema, number: 0, expecting: expected)
    totals = DeltaTotals(schema: header.schema)
    header.write(to: &output)
    beginSeal()
  }

  /// The seal covers the name first, then the bytes: as many of them as end a block are taken together with it.
  private mutating func beginSeal() {
    var named = ByteWriter()
    named.string(header.key.string)
    let rest = (named.count - DigestOfBlocks.whole(named.count))
    let count = rest == 0 ? 0 : DigestOfBlocks.blockByteCount - rest
    named.append(output.bytes.rawSpan.extracting(0..<count))
    seal.update(named.bytes.rawSpan)
    sealedByteCount = count
  }

  package var operationCount: UInt64 { totals.counts.total }

  /// The clock of the last operation.
  package var lastClock: HybridClock? { totals.greatestClock }

  /// Whether further operations belong into the next delta.
  package var isFull: Bool {
    output.count >= DeltaLimits.deltaAim || operationCount >= DeltaLimits.operationCount
  }

  /// - Throws: `.beyondLimit` when the operation cannot stand in a delta of this schema. The writer goes on without it.
  /// - Precondition: the clock is above the one before, and the delta is not full.
  package mutating func append(_ stamped: StampedOperation) throws(FormatError) {
    precondition(!isFull, "a full delta takes no more")
    precondition(totals.greatestClock.map { $0 < stamped.clock } ?? true, "clocks rise in a delta")
    if let defect = stamped.operation.defect(in: header.schema) {
      throw .beyondLimit("record \(Printable.string(stamped.operation.name.string))", defect)
    }
    batch.add(stamped)
    batch.withLastFields { totals.add(stamped, fields: $0) }
    if batch.isFull { endBatch() }
  }

  /// The header and all complete batches so far.
  package var written: [UInt8] { output.bytes }

  /// The bytes, the digest of the seal, and the footer.
  ///
  /// - Precondition: at least one operation was appended.
  package consuming func finish() -> (object: SealedObject.Encoded, footer: DeltaFooter) {
    if !batch.isEmpty { endBatch() }
    guard let footer = totals.footer() else { preconditionFailure("a delta holds at least one operation") }
    footer.write(to: &output)
    let digest = seal.finish(output.bytes.rawSpan.extracting(sealedByteCount..<output.count))
    output.digest(digest)
    output.integer(UInt16(0))
    return (SealedObject.Encoded(bytes: output.bytes, digest: digest), footer)
  }

  private mutating func endBatch() {
    batch.encode(to: &output)
    let bytes = output.bytes
    let end = sealedByteCount + DigestOfBlocks.whole(bytes.count - sealedByteCount)
    totals.endBatch(with: &seal, bytes.rawSpan.extracting(sealedByteCount..<end))
    sealedByteCount = end
    batch = DeltaBatchBuilder(schema: header.schema, number: totals.batchCount)
  }
}
