internal import SnapshotFormat

/// Ids and vectors of the records that exist, in ascending order of id, where they lie.
///
/// Where one segment alone has a row of the id, and no prefix covers it, that row says all; else the rows are looked up
/// and joined.
struct VectorWalk {
  private let lookup: RowLookup
  private var cursors: [NameCursor]
  private var covering = CoveringPrefixes<Void>()

  init(_ segments: [OpenSegment], _ lookup: RowLookup) throws(FormatError) {
    self.lookup = lookup
    cursors = SegmentChains(segments).chains.map { NameCursor($0) }
    for cursor in cursors { try cursor.load() }
    cursors.removeAll { $0.isAtEnd }
  }

  /// - Returns: how many were handed out until `body` had enough.
  mutating func run(_ body: (Span<UInt8>, Span<Float>) -> Bool) throws(FormatError) -> UInt64 {
    var count: UInt64 = 0
    while let (least, others) = next() {
      var goesOn = true
      if others.isEmpty, !least.isPrefix, covering.isEmpty {
        goesOn = try least.run(before: second(to: least), &count, body)
      } else {
        if let answer = try joinedStep(least, body) {
          count += 1
          goesOn = answer
        }
        for cursor in [least] + others { try cursor.advance() }
      }
      guard goesOn else { return count }
      cursors.removeAll { $0.isAtEnd }
    }
    return count
  }

  /// What `body` answered; nil where there is no record.
  private mutating func joinedStep(
    _ cursor: NameCursor, _ body: (Span<UInt8>, Span<Float>) -> Bool
  ) throws(FormatError) -> Bool? {
    let key = try cursor.key
    covering.advance(to: key)
    guard !key.isPrefix else {
      covering.push(key, ())
      return nil
    }
    let name = cursor.name
    return try lookup.withVector(key.name) { body(name.span, $0) }
  }

  /// The cursor at the least name, and those that are at the same.
  private func next() -> (least: NameCursor, others: [NameCursor])? {
    guard var least = cursors.first else { return nil }
    var others: [NameCursor] = []
    for cursor in cursors.dropFirst() {
      let order = cursor.order(least)
      if order < 0 { (least, others) = (cursor, []) } else if order == 0 { others.append(cursor) }
    }
    return (least, others)
  }

  /// The cursor at the least name behind that of the first.
  private func second(to least: NameCursor) -> NameCursor? {
    cursors.filter { $0 !== least }.min { $0.order($1) < 0 }
  }
}
