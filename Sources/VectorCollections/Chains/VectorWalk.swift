internal import SnapshotFormat

/// Ids and vectors of the records that exist, in ascending order of id, where they lie.
struct VectorWalk {
  typealias Body = (Span<UInt8>, Span<Float>) -> Bool

  private let cursors: ChainCursors

  init(_ cursors: ChainCursors) {
    self.cursors = cursors
  }

  /// Hands out the records of chains that nothing lies over, one chain after the other.
  ///
  /// - Returns: how many were handed out until `body` had enough.
  func run(_ body: Body) throws(FormatError) -> UInt64 {
    var count: UInt64 = 0
    for (chain, start) in cursors.places.enumerated() {
      var place = start
      while !place.isAtEnd {
        if let record = try place.memory.record(place.row) {
          count += 1
          guard body(record.id, record.elements) else { return count }
        }
        place.row += 1
        if place.isAtEnd { cursors.settle(&place, in: chain) }
      }
    }
    return count
  }

  /// The same of chains whose order is known.
  func run(_ order: RecordOrder, _ body: Body) throws(FormatError) -> UInt64 {
    var starts = cursors.places
    for chain in starts.indices { starts[chain].row = -1 }
    var places = starts.mutableSpan
    var ahead = RecordsAhead()
    for word in order.steps {
      let step = RecordOrder.Step(word)
      let chain = step.chain
      places[chain].row += step.rowCount
      if places[chain].isAtEnd { cursors.settle(&places[chain], in: chain) }
      guard step.hasRecord, let record = try places[chain].memory.record(places[chain].row) else { continue }
      record.prefetch()
      guard ahead.handOut(for: record, body) else { return ahead.count }
    }
    return ahead.handOutRest(body)
  }

  /// The same of chains that are merged on the way; appends to their order what is found out.
  ///
  /// - Returns: also whether `body` took them all.
  func run(
    _ merge: consuming ChainMerge, _ order: inout RecordOrder?, _ body: Body
  ) throws(FormatError) -> (count: UInt64, isComplete: Bool) {
    var count: UInt64 = 0
    while let chain = try merge.next() {
      order?.append(chain, row: merge.row(chain))
      let place = merge.place(chain)
      guard let record = try place.memory.record(place.row) else { continue }
      count += 1
      guard body(record.id, record.elements) else { return (count, false) }
    }
    return (count, true)
  }
}

/// Records that were found, and are handed out when so many others were found after them: their vectors lie far from
/// each other, no processor guesses where, and so they are asked for ahead of time.
private struct RecordsAhead {
  private var records = InlineArray<32, RecordInPlace?>(repeating: nil)
  private var place = 0
  /// How many were handed out.
  private(set) var count: UInt64 = 0

  /// Takes a record in, and hands out the one whose turn has come; false when `body` has enough.
  @inline(__always)
  mutating func handOut(for record: RecordInPlace?, _ body: VectorWalk.Body) -> Bool {
    let due = records[place]
    records[place] = record
    place = (place + 1) % 32
    guard let due else { return true }
    count += 1
    return body(due.id, due.elements)
  }

  mutating func handOutRest(_ body: VectorWalk.Body) -> UInt64 {
    for _ in 0..<32 where !handOut(for: nil, body) { break }
    return count
  }
}
