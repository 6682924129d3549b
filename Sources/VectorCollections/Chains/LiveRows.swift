internal import Primitives
internal import SnapshotFormat

/// The rows of some chains that records are in: of an id there is one at most.
///
/// Shorter chains come first: what was changed last stands in few rows, and who is found there need not be looked for
/// among the many. In the longest, for which there is no filter, all others are.
final class LiveRows: Sendable {
  /// A chain, and its rows.
  private final class Part: Sendable {
    let chain: SegmentChain
    let rows: RowSet

    init(_ chain: SegmentChain, _ rows: RowSet) {
      self.chain = chain
      self.rows = rows
    }
  }

  private let parts: [Part]
  private let filters: NameFilters

  init(_ chains: [SegmentChain], _ order: RecordOrder) throws(FormatError) {
    let places = chains.indices.sorted { chains[$0].rowCount < chains[$1].rowCount }
    parts = places.map { Part(chains[$0], order.liveRows(of: $0, count: chains[$0].rowCount)) }
    var filters = NameFilters()
    for part in parts.dropLast() { try filters.append(part.chain, part.rows) }
    filters.append()
    self.filters = filters
  }

  /// Reads the row that the record of an id is in.
  ///
  /// - Returns: whether there is one.
  func read(
    _ id: RecordName, _ body: (borrowing SegmentReader, Int) throws(FormatError) -> Void
  ) throws(FormatError) -> Bool {
    let hash = id.utf8.rawSpan.mixedHash
    var place = filters.chain(from: 0, mayHold: hash)
    while place < parts.count {
      if try read(id, in: parts[place], body) { return true }
      place = filters.chain(from: place + 1, mayHold: hash)
    }
    return false
  }

  private func read(
    _ id: RecordName, in part: Part, _ body: (borrowing SegmentReader, Int) throws(FormatError) -> Void
  ) throws(FormatError) -> Bool {
    guard let number = part.chain.place(of: id) else { return false }
    let found = try part.chain.segments[number].reading(RowKey(id)) { (reader, row) throws(FormatError) -> Bool? in
      guard part.rows.contains(part.chain.firstRows[number] + row) else { return nil }
      try body(reader, row)
      return true
    }
    return found ?? false
  }
}

/// Some of as many rows: one bit for each.
struct RowSet: Sendable {
  private var words: [UInt64]
  private(set) var count = 0

  init(capacity: Int) {
    words = Array(repeating: 0, count: capacity / 64 + 1)
  }

  func contains(_ row: Int) -> Bool { words[row / 64] & 1 << UInt64(row % 64) != 0 }

  /// - Precondition: it is not in it.
  mutating func insert(_ row: Int) {
    words[row / 64] |= 1 << UInt64(row % 64)
    count += 1
  }
}
