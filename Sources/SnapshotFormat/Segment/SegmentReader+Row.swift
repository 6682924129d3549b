internal import Primitives

/// Reading a row whole.
extension SegmentReader {
  package func row(_ row: Int) throws(FormatError) -> Row {
    let entry = try entry(row)
    let result = Row(key: try key(row), body: try body(row, entry), changes: try changes(row))
    guard !result.isEmpty else { throw .damaged("segment", "row \(row) says nothing") }
    if let stamp = result.body?.stamp, result.changes.contains(where: { $0.stamp <= stamp }) {
      throw .damaged("segment changes", "row \(row) has a change older than its body")
    }
    return result
  }

  private func body(_ row: Int, _ entry: SegmentRowEntry) throws(FormatError) -> Row.Body? {
    guard entry.hasStamp else { return nil }
    let stamp = Stamp(clock: HybridClock(entry.clock), producer: try producer(entry.producer))
    guard entry.flags.contains(.body) else { return Row.Body(stamp: stamp, state: .deleted) }
    var bytes: [UInt8] = []
    if let vector = try vector(row) { bytes = Array(copying: vector) }
    guard bytes.count == index.schema.vectorByteCount else {
      throw .damaged("segment rows", "row \(row) lacks its vector")
    }
    let record = RecordBody(
      vector: bytes, document: try document(row, entry), metadata: try metadata(row))
    return Row.Body(stamp: stamp, state: .record(record))
  }

  private func producer(_ number: UInt16) throws(FormatError) -> ProducerName {
    guard number < index.producers.count else { throw .damaged("segment", "no producer \(number)") }
    return index.producers[Int(number)]
  }

  private func document(_ row: Int, _ entry: SegmentRowEntry) throws(FormatError) -> UTF8Text? {
    guard entry.flags.contains(.document) else { return nil }
    let cell = try cell(.documents, row)
    guard cell.byteCount <= RecordBody.documentByteCountMax, let text = UTF8Text(validating: Array(copying: cell))
    else {
      throw .damaged("segment documents", "row \(row) is not UTF-8, or too long")
    }
    return text
  }

  private func metadata(_ row: Int) throws(FormatError) -> MetadataFields {
    var input = ByteReader(try cell(.metadata, row), of: "segment metadata")
    let fields = try MetadataFields(from: &input, removals: false)
    try input.finish()
    return fields
  }

  private func changes(_ row: Int) throws(FormatError) -> [Row.Change] {
    var input = ByteReader(try cell(.changes, row), of: "segment changes")
    guard !input.isAtEnd else { return [] }
    let count = Int(try input.varint(limit: UInt64(Row.changeCountMax)))
    guard count > 0 else { throw input.damaged("no changes, where there are to be some") }
    var changes: [Row.Change] = []
    for _ in 0..<count {
      let key = try input.metadataKey(after: changes.last?.key)
      let clock = HybridClock(try input.integer())
      let stamp = Stamp(clock: clock, producer: try producer(try input.integer()))
      changes.append(Row.Change(key: key, stamp: stamp, value: try MetadataValue.read(from: &input)))
    }
    try input.finish()
    return changes
  }
}
