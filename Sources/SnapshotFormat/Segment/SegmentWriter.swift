package import Primitives

/// Builds one segment from rows in ascending order (formats/segment.md). The twin of `SegmentReader`.
///
/// Holds the segment's bytes in memory until `finish`; `isFull` says when to begin the next one.
package struct SegmentWriter {
  /// What a segment states about itself beside its rows.
  package struct Description: Sendable {
    package var schema: VectorSchema
    package var name: UniqueName
    package var generation: UInt64
    package var created: Timestamp
    package var origins: [SegmentOrigin] = []
    /// What deltas came to that are no longer among the origins.
    package var past: [SegmentRunTotals] = []
    package var dead: [SegmentDeadCount] = []

    package init(schema: VectorSchema, name: UniqueName, generation: UInt64, created: Timestamp) {
      self.schema = schema
      self.name = name
      self.generation = generation
      self.created = created
    }
  }

  package static let byteCountAim = 64 << 20
  /// Of all columns but the lists; those and what lies between fit into what is left of a segment.
  private static let byteCountMax = SegmentIndex.byteCountMax - (128 << 20)

  package var description: Description
  private let byteCountAim: Int
  private var entries: [SegmentRowEntry] = []
  private var names: CellColumn
  private var documents: CellColumn
  private var metadata: CellColumn
  private var changes: CellColumn
  private var vectors = ByteWriter()
  private var producers = ProducerTable()
  private var enclosing: [(row: UInt32, key: RowKey)] = []
  private var last: RowKey?
  private var totals: SegmentTotals?

  /// - Parameter byteCountAim: at which size a segment is full.
  package init(_ description: Description, byteCountAim: Int = SegmentWriter.byteCountAim) {
    self.description = description
    self.byteCountAim = byteCountAim
    names = CellColumn()
    documents = CellColumn()
    metadata = CellColumn()
    changes = CellColumn()
  }

  package var isEmpty: Bool { entries.isEmpty }
  package var rowCount: Int { entries.count }

  package var isFull: Bool {
    byteCount >= byteCountAim || rowCount >= SegmentHeader.rowCountMax || producers.isFull
  }

  private var byteCount: Int {
    entries.count * SegmentRowEntry.byteCount + names.byteCount + documents.byteCount + metadata.byteCount
      + changes.byteCount + vectors.count
  }

  /// - Throws: `.beyondLimit` when the segment, or a row, would be larger than a reader takes. Then it is of no use.
  /// - Precondition: the row's key is above the one before, the row is not empty, its vector has the schema's
  ///   dimension.
  package mutating func add(_ row: Row) throws(FormatError) {
    guard row.isWithinLimits else { throw .beyondLimit("segment", "\(row.changes.count) changed keys of one record") }
    precondition(last.map { $0 < row.key } ?? true, "rows ascend in a segment")
    precondition(!row.isEmpty, "a row says something")
    while let top = enclosing.last, !top.key.covers(row.key) { enclosing.removeLast() }
    entries.append(entry(of: row))
    if row.key.isPrefix { enclosing.append((UInt32(entries.count - 1), row.key)) }
    names.add { $0.append(row.key.name.utf8) }
    documents.add { $0.append(row.record?.document?.utf8 ?? []) }
    metadata.add { row.record?.metadata.write(to: &$0) }
    addChanges(row.changes)
    if let record = row.record {
      precondition(record.vector.count == description.schema.vectorByteCount, "a vector has the schema's dimension")
      vectors.append(record.vector)
    }
    totals = totals ?? SegmentTotals(first: row)
    totals?.add(row)
    last = row.key
    guard producers.count <= ProducerTable.countMax, byteCount <= SegmentWriter.byteCountMax else {
      throw .beyondLimit("segment", "\(producers.count) producers, \(byteCount) bytes")
    }
  }
}

extension SegmentWriter {
  private mutating func entry(of row: Row) -> SegmentRowEntry {
    var flags: SegmentRowEntry.Flags = row.key.isPrefix ? .prefix : []
    if row.isDeleted { flags.insert(.deleted) }
    if row.record != nil { flags.insert(.body) }
    if row.record?.document != nil { flags.insert(.document) }
    let hasVector = row.record != nil && description.schema.dimension > 0
    return SegmentRowEntry(
      clock: row.body?.stamp.clock.value ?? 0,
      producer: row.body.map { producers.number(of: $0.stamp.producer) } ?? SegmentRowEntry.noProducer,
      flags: flags,
      vectorRow: hasVector ? UInt32(totals?.records ?? 0) : SegmentRowEntry.noIndex,
      enclosing: enclosing.last?.row ?? SegmentRowEntry.noIndex)
  }

  /// Producers stand with their preliminary numbers until all are known.
  private mutating func addChanges(_ list: [Row.Change]) {
    var cell = ByteWriter()
    if !list.isEmpty { cell.varint(UInt64(list.count)) }
    for change in list {
      cell.text(change.key)
      cell.integer(change.stamp.clock.value)
      producers.places.append(changes.cellByteCount + cell.count)
      cell.integer(producers.number(of: change.stamp.producer))
      MetadataValue.write(change.value, to: &cell)
    }
    changes.add { $0.append(cell.bytes) }
  }
}

extension SegmentWriter {
  /// Gives out the segment's bytes from first to last, in pieces, and then what it came to.
  ///
  /// - Precondition: at least one row was added.
  package consuming func finish<Failure: Error>(
    _ emit: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) -> (digest: Digest, totals: SegmentTotals, byteCount: Int) {
    guard let totals else { preconditionFailure("a segment holds at least one row") }
    let (origins, fallen) = SegmentOrigin.cut(description.origins)
    let past = SegmentRunTotals.joined(description.past + fallen.map { SegmentRunTotals($0) })
    let columns = columnBytes(origins, past)
    let layout = SegmentLayout(columns.map(\.count), schema: description.schema, hasVectors: vectors.count > 0)
    var seal = SegmentSeal(name: description.name)
    try emit(seal.adding(headerBytes(layout, past.isEmpty ? [] : .sumsByRun)))
    var places: [SegmentColumnPlace] = []
    for (column, offset) in zip(columns, layout.offsets) {
      try emit(seal.adding([UInt8](repeating: 0, count: offset - seal.byteCount)))
      places.append(SegmentColumnPlace(offset: offset, byteCount: column.count, crc: CRC32C.of(column)))
      try emit(seal.adding(column))
    }
    try emit(seal.adding([UInt8](repeating: 0, count: layout.footerOffset - seal.byteCount)))
    var footer = ByteWriter()
    SegmentFooter(columns: places, totals: totals).write(to: &footer)
    try emit(seal.adding(footer.bytes))
    let byteCount = seal.byteCount + SealedObject.sealByteCount
    let (digest, end) = seal.finish()
    try emit(end)
    return (digest, totals, byteCount)
  }

  /// The whole segment in memory.
  package consuming func finish() -> SealedObject.Encoded {
    var bytes: [UInt8] = []
    let result = finish { bytes += $0 }
    return SealedObject.Encoded(bytes: bytes, digest: result.digest)
  }

  private var vectorCount: Int {
    description.schema.dimension > 0 ? Int(totals?.records ?? 0) : 0
  }

  private func headerBytes(_ layout: SegmentLayout, _ features: Preamble.Features) -> [UInt8] {
    var output = ByteWriter(capacity: SegmentHeader.endOffset)
    Preamble(type: .segment, features: features).write(to: &output)
    let header = SegmentHeader(
      description, rowCount: rowCount, vectorCount: vectorCount,
      vectorsOffset: layout.offsets[SegmentColumn.vectors.rawValue - 1], footerOffset: layout.footerOffset)
    header.write(to: &output)
    return output.bytes
  }

  /// All columns but their places, in order; producers get their final numbers.
  private mutating func columnBytes(_ origins: [SegmentOrigin], _ past: [SegmentRunTotals]) -> [[UInt8]] {
    for origin in origins { _ = producers.number(of: origin.producer) }
    let final = producers.finalNumbers
    var rows = ByteWriter(capacity: entries.count * SegmentRowEntry.byteCount)
    for var entry in entries {
      if entry.hasStamp { entry.producer = final[Int(entry.producer)] }
      entry.write(to: &rows)
    }
    for place in producers.places { changes.renumber(at: place, final) }
    return [
      names.bytes, rows.bytes, documents.bytes, metadata.bytes, changes.bytes, producers.bytes,
      originBytes(origins, past, final), deadBytes(), vectors.bytes,
    ]
  }

  private mutating func originBytes(
    _ origins: [SegmentOrigin], _ past: [SegmentRunTotals], _ final: [UInt16]
  ) -> [UInt8] {
    var output = ByteWriter()
    output.integer(UInt32(origins.count))
    for origin in origins {
      origin.write(to: &output, producerIndex: final[Int(producers.number(of: origin.producer))])
    }
    guard !past.isEmpty else { return output.bytes }
    output.integer(UInt32(past.count))
    for totals in past { totals.write(to: &output) }
    return output.bytes
  }

  private func deadBytes() -> [UInt8] {
    let dead = description.dead.sorted(by: SegmentDeadCount.precedes).prefix(SegmentDeadCount.countMax)
    var output = ByteWriter()
    output.integer(UInt32(dead.count))
    for entry in dead {
      output.uniqueName(entry.segment)
      output.integer(entry.rows)
    }
    return output.bytes
  }
}
