internal import Primitives
internal import SnapshotFormat

/// Goes over chains of segments that lie in memory, in ascending order of id, and stops at the rows that records have
/// their vectors from.
///
/// - Such a row has the highest stamp of all that is said of its id, that of deletions by prefix included, and a body.
/// - While a chain has the lesser ids one row is compared with one other; only where another chain takes over it is
///   put back in its place among all.
struct ChainMerge {
  private let chains: [SegmentChain]
  private var cursors: ChainCursors
  /// The chains that have not ended, ascending by what their rows are about.
  private var heads: [Int] = []
  /// How many of the first are about the same as the first; nil where that was not looked at yet.
  private var leaders: Int?
  /// Used again whenever several go on together.
  private var passing: [Int] = []
  private var deletions = CoveringDeletions()

  init(_ chains: [SegmentChain], _ cursors: ChainCursors) throws(FormatError) {
    self.chains = chains
    self.cursors = cursors
    for chain in chains.indices { try insert(chain, from: 0) }
  }

  /// Where it is in a chain.
  func place(_ chain: Int) -> RowPlace { cursors.places[chain] }

  /// The number of the row there, counted through the chain.
  func row(_ chain: Int) -> Int { chains[chain].firstRows[place(chain).number] + place(chain).row }

  /// The chain that has come to the next record; nil behind the last.
  mutating func next() throws(FormatError) -> Int? {
    if leaders != nil { try passLeaders() }
    while !heads.isEmpty {
      let count = try countLeaders()
      leaders = count
      if let chain = try count == 1 ? alone(heads[0]) : latest(heads[..<count]) { return chain }
      try passLeaders()
    }
    return nil
  }

  private func countLeaders() throws(FormatError) -> Int {
    if let leaders { return leaders }
    var count = 1
    while count < heads.count, try order(heads[0], heads[count]) == 0 { count += 1 }
    return count
  }

  /// Takes the leaders on by one row.
  private mutating func passLeaders() throws(FormatError) {
    let count = leaders ?? 0
    leaders = nil
    guard count == 1 else { return try passSeveral(count) }
    let chain = heads[0]
    cursors.advance(chain)
    if place(chain).isAtEnd {
      heads.removeFirst()
    } else if heads.count == 1 {
      leaders = 1
    } else {
      let order = try order(chain, heads[1])
      if order < 0 { leaders = 1 }
      guard order > 0 else { return }
      heads.removeFirst()
      try insert(chain, from: 1)
    }
  }

  /// All of them are taken out first: each goes on by one row, even where names do not ascend as they should.
  private mutating func passSeveral(_ count: Int) throws(FormatError) {
    passing.removeAll(keepingCapacity: true)
    passing.append(contentsOf: heads[..<count])
    heads.removeFirst(count)
    for chain in passing {
      cursors.advance(chain)
      try insert(chain, from: 0)
    }
  }

  private mutating func insert(_ chain: Int, from start: Int) throws(FormatError) {
    let place = place(chain)
    guard !place.isAtEnd else { return }
    heads.insert(chain, at: try index(of: place, from: start, heads.span, cursors.places.span))
  }

  /// How many heads come before a place; those before `start` do. Asks spans: to ask the arrays counts references.
  private func index(
    of place: RowPlace, from start: Int, _ heads: Span<Int>, _ places: Span<RowPlace>
  ) throws(FormatError) -> Int {
    var (low, high) = (start, heads.count)
    while low < high {
      let middle = low + (high - low) / 2
      if try places[heads[middle]].order(place) < 0 { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func order(_ left: Int, _ right: Int) throws(FormatError) -> Int {
    try cursors.places[left].order(cursors.places[right])
  }
}

extension ChainMerge {
  /// The chain, where its row is that of a record; no other chain says anything of the same.
  private mutating func alone(_ chain: Int) throws(FormatError) -> Int? {
    let mark = try place(chain).mark()
    guard !mark.isPrefix else {
      if mark.isDeleted { deletions.push(try wholeRow(chain)) }
      return nil
    }
    guard mark.isRecord, try !isCovered(chain, mark) else { return nil }
    return chain
  }

  /// The chain whose row has the highest stamp, where that is one of a record.
  private mutating func latest(_ chains: ArraySlice<Int>) throws(FormatError) -> Int? {
    var latest: (chain: Int, mark: RowMark)?
    for chain in chains {
      let mark = try place(chain).mark()
      guard mark.isRecord || mark.isDeleted else { continue }
      if mark.isPrefix {
        deletions.push(try wholeRow(chain))
      } else if let known = latest, try !prevails(chain, mark, over: known) {
        continue
      } else {
        latest = (chain, mark)
      }
    }
    guard let latest, latest.mark.isRecord, try !isCovered(latest.chain, latest.mark) else { return nil }
    return latest.chain
  }

  /// Whether the body of a row stands when it is joined with another: of one clock, producers decide, then contents.
  private func prevails(
    _ chain: Int, _ mark: RowMark, over other: (chain: Int, mark: RowMark)
  ) throws(FormatError) -> Bool {
    guard mark.clock == other.mark.clock else { return mark.clock > other.mark.clock }
    let row = try wholeRow(other.chain)
    return row.joined(try wholeRow(chain)).body != row.body
  }

  /// Whether a deletion by a prefix is later than the record of a row.
  private mutating func isCovered(_ chain: Int, _ mark: RowMark) throws(FormatError) -> Bool {
    guard !deletions.isEmpty else { return false }
    let place = place(chain)
    deletions.advance(to: try place.memory.name(place.row))
    guard let clock = deletions.greatestClock, mark.clock <= clock else { return false }
    return mark.clock < clock ? true : deletions.joined(into: try wholeRow(chain)).record == nil
  }

  private func wholeRow(_ chain: Int) throws(FormatError) -> Row {
    let place = place(chain)
    return try chains[chain].segments[place.number].read { (reader) throws(FormatError) in try reader.row(place.row) }
  }
}

/// The deletions by prefixes that cover the id a merge has reached; ids come in ascending order.
private struct CoveringDeletions {
  private var stack: [(row: Row, greatestClock: HybridClock)] = []

  var isEmpty: Bool { stack.isEmpty }
  var greatestClock: HybridClock? { stack.last?.greatestClock }

  /// Goes on to an id: prefixes that do not cover it will not cover a later one either.
  mutating func advance(to name: RawSpan) {
    while let top = stack.last {
      let prefix = top.row.key.name.utf8
      if let front = name.slice(0, prefix.count), front.isSame(as: prefix.rawSpan) { return }
      stack.removeLast()
    }
  }

  mutating func push(_ row: Row) {
    advance(to: row.key.name.utf8.rawSpan)
    let clock = row.body?.stamp.clock ?? .zero
    stack.append((row, max(clock, greatestClock ?? .zero)))
  }

  func joined(into row: Row) -> Row { stack.reduce(row) { $0.joined($1.row) } }
}
