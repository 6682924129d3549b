internal import Primitives

/// Writes a delta, operation by operation (formats/delta.md).
///
/// - Holds one batch, and the bytes that were not drained.
/// - The same header and operations give the same bytes, drained or not.
package struct DeltaWriter {
  package let header: DeltaHeader
  private let compressor = ZstdCompressor()
  private var output = ByteWriter()
  private var drainedByteCount = 0
  private var batch: DeltaBatchBuilder
  private var totals: DeltaTotals
  private var seal = DigestBuilder()

  package init(header: DeltaHeader) {
    self.header = header
    batch = DeltaBatchBuilder(schema: header.schema, number: 0)
    totals = DeltaTotals(schema: header.schema)
    let name = header.key.string.utf8
    seal.update(littleEndian: UInt16(name.count))
    seal.update(Array(name))
    header.write(to: &output)
  }

  package var operationCount: UInt64 { totals.counts.total }

  /// The clock of the last operation.
  package var lastClock: HybridClock? { totals.greatestClock }

  /// Whether further operations belong into the next delta.
  package var isFull: Bool {
    drainedByteCount + output.count >= DeltaLimits.deltaAim || operationCount >= DeltaLimits.operationCount
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
    totals.add(stamped)
    if batch.isFull { endBatch() }
  }

  /// Hands over the bytes of all complete batches so far, for a file that grows.
  package mutating func drain() -> [UInt8] {
    let bytes = output.bytes
    seal.update(bytes)
    drainedByteCount += bytes.count
    output = ByteWriter()
    return bytes
  }

  /// The rest of the bytes (all of them if nothing was drained), the digest of the seal, and the footer.
  ///
  /// - Precondition: at least one operation was appended.
  package consuming func finish() -> (object: SealedObject.Encoded, footer: DeltaFooter) {
    if !batch.isEmpty { endBatch() }
    guard let footer = totals.footer() else { preconditionFailure("a delta holds at least one operation") }
    footer.write(to: &output)
    seal.update(output.bytes)
    let digest = seal.finish()
    output.digest(digest)
    output.integer(UInt16(0))
    return (SealedObject.Encoded(bytes: output.bytes, digest: digest), footer)
  }

  private mutating func endBatch() {
    output.append(batch.encode(compressor: compressor))
    totals.endBatch()
    batch = DeltaBatchBuilder(schema: header.schema, number: totals.batchCount)
  }
}
