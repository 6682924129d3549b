internal import Primitives
internal import SnapshotFormat

/// The row that a walk over a chain of segments has come to.
final class NameCursor {
  private var segments: ArraySlice<OpenSegment>
  private var row = 0
  private var window = FetchWindow()
  private(set) var isPrefix = false
  /// Used again for every row: a name is not worth an allocation of its own.
  private(set) var name: [UInt8] = []

  init(_ chain: [OpenSegment]) {
    segments = chain[...]
  }

  var isAtEnd: Bool { segments.isEmpty }

  var key: RowKey {
    get throws(FormatError) {
      guard let text = UTF8Text(validating: name), let name = RecordName(text) else {
        throw .damaged("segment names", "row \(row) has no name")
      }
      return RowKey(name, isPrefix: isPrefix)
    }
  }

  /// Eight bytes of the name as a number, which ascends with the names; behind the last row the greatest of all.
  func place(behind count: Int) -> UInt64 {
    guard !isAtEnd else { return .max }
    let name = name
    return SegmentFences.key(name.rawSpan, at: count)
  }

  func order(_ other: NameCursor) -> Int {
    let order = name.rawSpan.order(other.name.rawSpan)
    guard order == 0, isPrefix != other.isPrefix else { return order }
    return isPrefix ? -1 : 1
  }

  /// Of the row: when what says of an id whether it is there was set.
  var standing: RowStanding? {
    get throws(FormatError) {
      try segments.first?.read { [row] (reader) throws(FormatError) in try reader.standing(row) } ?? nil
    }
  }

  /// Hands out the row's record, and gives the answer.
  func handOut(_ body: (Span<UInt8>, Span<Float>) -> Bool) throws(FormatError) -> Bool? {
    try segments.first?.read { [row, name] (reader) throws(FormatError) in body(name.span, try reader.elements(row)) }
  }

  func advance() throws(FormatError) {
    row += 1
    try load()
  }

  /// Reads what the row says of itself, or goes on to the next segment.
  func load() throws(FormatError) {
    guard let segment = segments.first else { return }
    guard row < segment.index.rowCount else {
      segments.removeFirst()
      row = 0
      window = FetchWindow()
      return try load()
    }
    try window.reach(row, of: segment, end: segment.index.rowCount)
    try segment.read { (reader) throws(FormatError) in
      isPrefix = try reader.isPrefix(row)
      name.removeAll(keepingCapacity: true)
      name.append(copying: try reader.name(row))
    }
  }

  /// Hands out the records of the rows that come before another cursor's, from this one on, up to the next prefix.
  ///
  /// - Parameter count: is raised by one for each.
  /// - Returns: false when `body` has enough.
  func run(
    before other: NameCursor?, _ count: inout UInt64, _ body: (Span<UInt8>, Span<Float>) -> Bool
  ) throws(FormatError) -> Bool {
    guard let segment = segments.first else { return true }
    var (row, handed, goesOn) = (row, UInt64(0), true)
    let bound = other?.name
    let end = window.end
    try segment.read { (reader) throws(FormatError) in
      while goesOn, row < end, try !reader.isPrefix(row) {
        let name = try reader.name(row)
        if let bound, name.order(bound.rawSpan) >= 0 { break }
        if try reader.isRecord(row) {
          handed += 1
          goesOn = body(Span<UInt8>(_bytes: name), try reader.elements(row))
        }
        row += 1
      }
    }
    self.row = row
    count += handed
    if goesOn { try load() }
    return goesOn
  }
}
