internal import Primitives
internal import SnapshotFormat

/// Ids and vectors of the records that exist, in ascending order of id, where they lie.
///
/// Where no prefix covers an id, the row of the highest stamp has its vector; else the rows are looked up and joined.
struct VectorWalk {
  private let lookup: RowLookup
  private var cursors: [NameCursor]
  /// Where the cursors are, roughly, by eight bytes of their names: what these do not tell, the names do.
  private var places: [UInt64] = []
  private let sharedByteCount: Int
  private var covering = CoveringPrefixes<Void>()

  init(_ segments: [OpenSegment], _ lookup: RowLookup) throws(FormatError) {
    self.lookup = lookup
    cursors = SegmentChains(segments).chains.map { NameCursor($0) }
    sharedByteCount = VectorWalk.sharedByteCount(segments)
    for cursor in cursors { try cursor.load() }
    dropEnded()
  }

  /// How many bytes all names begin with together.
  private static func sharedByteCount(_ segments: [OpenSegment]) -> Int {
    guard let least = segments.map(\.leastName).min(), let greatest = segments.map(\.greatestName).max() else {
      return 0
    }
    return zip(least.utf8, greatest.utf8).prefix { $0 == $1 }.count
  }

  private mutating func dropEnded() {
    cursors.removeAll { $0.isAtEnd }
    places = cursors.map { $0.place(behind: sharedByteCount) }
  }

  /// - Returns: how many were handed out until `body` had enough.
  mutating func run(_ body: (Span<UInt8>, Span<Float>) -> Bool) throws(FormatError) -> UInt64 {
    var count: UInt64 = 0
    while let step = next() {
      let least = cursors[step.least]
      var goesOn = true
      if !step.isShared, !least.isPrefix, covering.isEmpty {
        goesOn = try least.run(before: step.second.map { cursors[$0] }, &count, body)
        places[step.least] = least.place(behind: sharedByteCount)
      } else {
        let others = cursors.filter { $0 !== least && $0.order(least) == 0 }
        if let answer = try latestStep(least, others, body) {
          count += 1
          goesOn = answer
        }
        for cursor in [least] + others { try cursor.advance() }
        for index in cursors.indices { places[index] = cursors[index].place(behind: sharedByteCount) }
      }
      guard goesOn else { return count }
      if places.contains(.max), cursors.contains(where: \.isAtEnd) { dropEnded() }
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
    var answer: Bool?
    _ = try lookup.withVector(key.name) { answer = body(name.span, $0) }
    return answer
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
      let order = order(index, step.least)
      if order < 0 {
        step = Step(least: index, second: step.least)
      } else if order == 0 || step.second.map({ self.order(index, $0) < 0 }) ?? true {
        step.second = index
        step.isShared = step.isShared || order == 0
      }
    }
    return step
  }

  private func order(_ left: Int, _ right: Int) -> Int {
    if places[left] != places[right] { return places[left] < places[right] ? -1 : 1 }
    return cursors[left].order(cursors[right])
  }
}
