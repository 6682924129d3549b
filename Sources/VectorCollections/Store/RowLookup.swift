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

  /// Whether what is said of prefixes may say something of an id.
  var hasPrefixes: Bool { !segments.prefixed.isEmpty }

  /// When the bodies and deletions of exactly this key were set.
  func standings(of key: RowKey) throws(FormatError) -> [RowStanding] {
    var standings: [RowStanding] = []
    for chain in segments.chains {
      guard let segment = SegmentChains.holder(of: key.name, in: chain) else { continue }
      let standing = try segment.reading(key) { (reader, row) throws(FormatError) in try reader.standing(row) }
      if let standing { standings.append(standing) }
    }
    return standings
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
  /// Hands out a record's vector where it lies, without a copy.
  ///
  /// - Returns: whether there is one.
  func withVector(_ id: RecordName, _ body: (Span<Float>) -> Void) throws(FormatError) -> Bool {
    guard !hasPrefixes else { return try withJoinedVector(id, body) }
    let hash = segments.chains.count > 1 ? NameFilter.hash(id.utf8.rawSpan) : 0
    // Nearly always one segment alone has a row, and that says all there is to say.
    var holder: OpenSegment?
    for chain in segments.filtered {
      guard let segment = try chain.holder(of: id, hash) else { continue }
      guard holder == nil else { return try withLatestVector(id, hash, body) }
      holder = segment
    }
    let found = try holder?.reading(RowKey(id)) { (reader, row) throws(FormatError) -> Bool? in
      guard try reader.isRecord(row) else { return false }
      body(try reader.elements(row))
      return true
    }
    return found ?? false
  }

  /// The same where several segments may have a row: the vector is that of the body with the highest stamp.
  private func withLatestVector(
    _ id: RecordName, _ hash: UInt64, _ body: (Span<Float>) -> Void
  ) throws(FormatError) -> Bool {
    let key = RowKey(id)
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
    guard let latest, latest.standing.isRecord else { return false }
    try latest.segment.read { (reader) throws(FormatError) in body(try reader.elements(latest.row)) }
    return true
  }

  /// The same where several rows have to be joined first: the vector is in the row whose body has won.
  private func withJoinedVector(_ id: RecordName, _ body: (Span<Float>) -> Void) throws(FormatError) -> Bool {
    guard let row = try row(id), row.record != nil else { return false }
    for chain in segments.chains {
      guard let segment = SegmentChains.holder(of: id, in: chain) else { continue }
      let found = try segment.reading(RowKey(id)) { (reader, place) throws(FormatError) -> Bool? in
        guard try reader.row(place).body == row.body else { return false }
        body(try reader.elements(place))
        return true
      }
      if found == true { return true }
    }
    return false
  }
}
