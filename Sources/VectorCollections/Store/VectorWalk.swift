internal import SnapshotFormat

/// Ids and vectors of the records that exist, in ascending order of id, where they lie.
///
/// Where no prefix covers an id, the row of the highest stamp has its vector; else the rows are looked up and joined.
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
    while let step = next() {
      let least = cursors[step.least]
      var goesOn = true
      if !step.isShared, !least.isPrefix, covering.isEmpty {
        goesOn = try least.run(before: step.second.map { cursors[$0] }, &count, body)
      } else {
        let others = cursors.filter { $0 !== least && $0.order(least) == 0 }
        if let answer = try latestStep(least, others, body) {
          count += 1
          goesOn = answer
        }
        for cursor in [least] + others { try cursor.advance() }
      }
      guard goesOn else { return count }
      if cursors.contains(where: \.isAtEnd) { cursors.removeAll { $0.isAtEnd } }
    }
    return count
  }

  /// What `body` answered; nil where there is no record.
  private mutating func latestStep(
    _ cursor: NameCursor, _ others: [NameCursor], _ body: (Span<UInt8>, Span<Float>) -> Bool
  ) throws(FormatError) -> Bool? {
    guard covering.isEmpty, !cursor.isPrefix else { return try joinedStep(cursor, body) }
    var (latest, standing) = (cursor, try cursor.standing)
    for other in others {
      guard let its = try other.standing else { continue }
      // What two of one stamp mean together, their contents decide.
      guard its.stamp != standing?.stamp else { return try joinedStep(cursor, body) }
      if let mine = standing, its.stamp < mine.stamp { continue }
      (latest, standing) = (other, its)
    }
    guard let standing, standing.isRecord else { return nil }
    return try latest.handOut(body)
  }

  /// The same by looking all rows up, prefixes included.
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

  private struct Step {
    /// The cursor at the least name.
    var least = 0
    /// The cursor at the least name of the others.
    var second: Int?
    /// Whether both names are the same.
    var isShared = false
  }

  private func next() -> Step? {
    guard !cursors.isEmpty else { return nil }
    var step = Step()
    for index in cursors.indices.dropFirst() {
      let order = cursors[index].order(cursors[step.least])
      if order < 0 {
        step = Step(least: index, second: step.least)
      } else if order == 0 || step.second.map({ cursors[index].order(cursors[$0]) < 0 }) ?? true {
        step.second = index
        step.isShared = step.isShared || order == 0
      }
    }
    return step
  }
}
