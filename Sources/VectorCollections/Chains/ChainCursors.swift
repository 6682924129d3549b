internal import SnapshotFormat

/// A row of a segment that lies in memory: to copy it, nothing is counted.
struct RowPlace {
  fileprivate(set) var memory: SegmentMemory
  var row: Int
  /// Which segment of its chain it is in.
  fileprivate(set) var number = 0

  var isAtEnd: Bool { row >= memory.rowCount }

  func mark() throws(FormatError) -> RowMark { try memory.mark(row) }

  /// Compares what two rows are about: below zero, zero, above zero.
  func order(_ other: RowPlace) throws(FormatError) -> Int { try memory.order(row, other.memory, other.row) }
}

/// A place in each of some chains of segments that lie in memory.
///
/// - Who has it holds the segments.
struct ChainCursors {
  /// The segments of each chain: none is without any.
  private let chains: [[SegmentMemory]]
  private(set) var places: [RowPlace]

  /// At the first row of each chain.
  ///
  /// - Precondition: no chain is empty; no segment is.
  init(_ chains: [[SegmentMemory]]) {
    self.chains = chains
    places = chains.map { RowPlace(memory: $0[0], row: 0) }
  }

  /// Goes on by a row; behind the last row of a chain the place is at its end.
  mutating func advance(_ chain: Int) {
    places[chain].row += 1
    guard places[chain].isAtEnd else { return }
    var place = places[chain]
    settle(&place, in: chain)
    places[chain] = place
  }

  /// Where a place has left its segment it goes on in the next one.
  func settle(_ place: inout RowPlace, in chain: Int) {
    while place.isAtEnd, place.number + 1 < chains[chain].count {
      place.row -= place.memory.rowCount
      place.number += 1
      place.memory = chains[chain][place.number]
    }
  }
}
