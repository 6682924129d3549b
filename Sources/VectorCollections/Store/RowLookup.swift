internal import SnapshotFormat

/// Looks rows up by id, over several segments.
struct RowLookup: Sendable {
  private let segments: SegmentChains

  init(_ segments: [OpenSegment]) {
    self.segments = SegmentChains(segments)
  }

  func record(_ id: RecordName) throws(FormatError) -> RecordBody? { try row(id)?.visible }

  /// The join of all that is said of an id, its prefixes included; nil when nothing is.
  func row(_ id: RecordName) throws(FormatError) -> Row? {
    let rows = try rows(id)
    guard let first = rows.first else { return nil }
    var joined = Row(key: RowKey(id), body: first.body, changes: first.changes)
    for row in rows.dropFirst() { joined.join(row) }
    return joined
  }

  /// All that is said of an id: its own rows, and those of prefixes that it begins with.
  func rows(_ id: RecordName) throws(FormatError) -> [Row] {
    var rows = try rows(of: RowKey(id))
    for segment in segments.prefixed where segment.leastName <= id {
      try segment.read { (reader) throws(FormatError) in
        for row in try reader.prefixes(covering: id) { rows.append(try reader.row(row)) }
      }
    }
    return rows
  }

  /// The join of the rows of exactly this key.
  func row(of key: RowKey) throws(FormatError) -> Row? {
    let rows = try rows(of: key)
    guard let first = rows.first else { return nil }
    return rows.dropFirst().reduce(first) { $0.joined($1) }
  }

  private func rows(of key: RowKey) throws(FormatError) -> [Row] {
    var rows: [Row] = []
    for chain in segments.chains {
      guard let segment = SegmentChains.holder(of: key.name, in: chain) else { continue }
      let row = try segment.reading(key) { (reader, row) throws(FormatError) -> Row? in try reader.row(row) }
      if let row { rows.append(row) }
    }
    return rows
  }
}

extension RowLookup {
  /// Hands out a record's vector where it lies, without a copy; nil when there is no record of that id.
  func withVector<Value>(_ id: RecordName, _ body: (Span<Float>) -> Value) throws(FormatError) -> Value? {
    guard segments.prefixed.isEmpty else { return try withJoinedVector(id, body) }
    // Nearly always one segment alone has a row, and that says all there is to say.
    var holder: OpenSegment?
    for chain in segments.chains {
      guard let segment = SegmentChains.holder(of: id, in: chain) else { continue }
      guard holder == nil else { return try withJoinedVector(id, body) }
      holder = segment
    }
    return try holder?.reading(RowKey(id)) { (reader, row) throws(FormatError) -> Value? in
      try reader.isRecord(row) ? body(try reader.elements(row)) : nil
    }
  }

  /// The same where several rows have to be joined first: the vector is in the row whose body has won.
  private func withJoinedVector<Value>(
    _ id: RecordName, _ body: (Span<Float>) -> Value
  ) throws(FormatError) -> Value? {
    guard let row = try row(id), row.record != nil else { return nil }
    for chain in segments.chains {
      guard let segment = SegmentChains.holder(of: id, in: chain) else { continue }
      let value = try segment.reading(RowKey(id)) { (reader, place) throws(FormatError) -> Value? in
        try reader.row(place).body == row.body ? body(try reader.elements(place)) : nil
      }
      if let value { return value }
    }
    return nil
  }
}
