internal import Primitives
internal import SnapshotFormat

/// Looks rows up by id, over several segments.
struct RowLookup: Sendable {
  private let segments: SegmentChains
  private let places: RecordPlaces
  /// Then a record is what one row says.
  private let isWithoutChanges: Bool

  init(_ segments: [OpenSegment]) {
    self.segments = SegmentChains(segments)
    places = RecordPlaces(self.segments)
    isWithoutChanges = self.segments.isWithoutChanges
  }

  func record(_ id: RecordName) throws(FormatError) -> RecordBody? {
    guard isWithoutChanges, !segments.isPlain, let rows = try places.liveRows() else {
      return try row(id)?.visible
    }
    var found: RecordBody?
    _ = try rows.read(id) { (reader, row) throws(FormatError) in found = try reader.row(row).record }
    return found
  }

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
      guard let segment = chain.holder(of: key.name) else { continue }
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
      guard let segment = chain.holder(of: key.name) else { continue }
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
    if segments.isPlain { return try withOnlyVector(id, body) }
    if let rows = try places.liveRows() {
      return try rows.read(id) { (reader, row) throws(FormatError) in body(try reader.elements(row)) }
    }
    guard let record = try row(id)?.visible else { return false }
    body(record.floats.span)
    return true
  }

  /// The same where at most one row says anything of an id.
  private func withOnlyVector(_ id: RecordName, _ body: (Span<Float>) -> Void) throws(FormatError) -> Bool {
    let found = try segments.chains.first?.holder(of: id)?.reading(RowKey(id)) {
      (reader, row) throws(FormatError) -> Bool? in
      guard try reader.isRecord(row) else { return false }
      body(try reader.elements(row))
      return true
    }
    return found ?? false
  }

  /// Hands out ids and vectors of all records in ascending order of id, where they lie, until `body` has enough.
  ///
  /// - Returns: how many were handed out; nil where segments do not lie in memory.
  func walk(_ body: VectorWalk.Body) throws(FormatError) -> UInt64? { try places.walk(body) }
}
