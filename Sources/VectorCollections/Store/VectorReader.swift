internal import Primitives
package import SnapshotFormat
package import SnapshotStore

/// The records of one version, and of the deltas behind it where the reader asked for them. Does not change.
package final class VectorReader: Sendable {
  package let row: VersionRow?
  package let schema: VectorSchema
  let segments: [OpenSegment]
  let lookup: RowLookup
  /// The deltas behind the version; they are the last of the segments.
  let pending: [DeltaSummary]

  package init(
    _ row: VersionRow?, _ schema: VectorSchema, _ segments: [OpenSegment], pending: [DeltaSummary] = []
  ) {
    self.pending = pending
    self.row = row
    self.schema = schema
    self.segments = segments
    lookup = RowLookup(segments)
  }

  /// A record; nil when there is none of that id.
  package func get(_ id: RecordName) throws(StoreError) -> RecordBody? {
    try reading { () throws(FormatError) in try lookup.record(id) }
  }

  /// Hands out a record's vector where it lies, without a copy; nil when there is no record of that id.
  package func withVector<Value>(_ id: RecordName, _ body: (Span<Float>) -> Value) throws(StoreError) -> Value? {
    var value: Value?
    _ = try handOut(id) { value = body($0) }
    return value
  }

  /// The same for one kind of body: what is made for each kind anew is slow across modules.
  package func handOut(_ id: RecordName, _ body: (Span<Float>) -> Void) throws(StoreError) -> Bool {
    try reading { () throws(FormatError) in try lookup.withVector(id, body) }
  }

  /// Hands out ids and vectors in ascending order of id, where they lie, without a copy, until `body` has enough.
  ///
  /// - Returns: how many were handed out.
  package func scanVectors(_ body: (Span<UInt8>, Span<Float>) -> Bool) throws(StoreError) -> UInt64 {
    if let count = try reading({ () throws(FormatError) in try lookup.walk(body) }) { return count }
    // What does not lie in memory is fetched record by record.
    return try scan { body($0.id.utf8.span, $0.body.floats.span) }
  }

  /// Hands out the records in ascending order of id, one in memory at a time, until `body` has enough.
  ///
  /// - Parameters:
  ///   - prefix: of the ids; nil takes all.
  ///   - filter: what records have to be; nil takes all.
  ///   - limit: so many are handed out at most.
  /// - Returns: how many were handed out.
  @discardableResult
  package func scan(
    prefix: RecordName? = nil, where filter: RecordFilter? = nil, limit: UInt64 = .max,
    _ body: (LiveRecords.Record) throws(StoreError) -> Bool
  ) throws(StoreError) -> UInt64 {
    let records = try reading { () throws(FormatError) in
      try LiveRecords(try segments.sources(under: prefix))
    }
    var count: UInt64 = 0
    while count < limit, let record = try reading({ () throws(FormatError) in try records.next() }) {
      guard filter?.matches(record.id, record.body) ?? true else { continue }
      count += 1
      guard try body(record) else { break }
    }
    return count
  }

  func reading<Value>(_ body: () throws(FormatError) -> Value) throws(StoreError) -> Value {
    do throws(FormatError) {
      return try body()
    } catch {
      let name = row?.root.name ?? .zero
      throw .damage(error, of: .manifest(name), in: "a segment of version \(row?.version ?? 0)")
    }
  }
}
