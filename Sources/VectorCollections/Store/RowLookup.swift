internal import Primitives
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
    if segments.chains.count > 1 { return try withLatestVector(id, body) }
    let holder = segments.chains.first.flatMap { SegmentChains.holder(of: id, in: $0) }
    return try holder?.reading(RowKey(id)) { (reader, row) throws(FormatError) -> Value? in
      try reader.isRecord(row) ? body(try reader.elements(row)) : nil
    }
  }

  /// The same where several segments may have a row: the vector is that of the body with the highest stamp.
  private func withLatestVector<Value>(
    _ id: RecordName, _ body: (Span<Float>) -> Value
  ) throws(FormatError) -> Value? {
    let (key, hash) = (RowKey(id), NameFilter.hash(id.utf8.rawSpan))
    var latest: (segment: OpenSegment, row: Int, standing: RowStanding)?
    for chain in segments.filtered {
      guard let segment = try chain.holder(of: id, hash) else { continue }
      if let latest, segment.index.totals.greatestClock < latest.standing.stamp.clock { continue }
      let found = try segment.reading(key) { (reader, row) throws(FormatError) in
        try reader.standing(row).map { (row, $0) }
      }
      guard let (row, standing) = found else { continue }
      if let latest {
        // What two of one stamp mean together, their contents decide.
        guard standing.stamp != latest.standing.stamp else { return try withJoinedVector(id, body) }
        guard standing.stamp > latest.standing.stamp else { continue }
      }
      latest = (segment, row, standing)
    }
    guard let latest, latest.standing.isRecord else { return nil }
    return try latest.segment.read { (reader) throws(FormatError) in body(try reader.elements(latest.row)) }
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
