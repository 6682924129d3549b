internal import SnapshotFormat

/// Which names chains of segments surely do not hold: for each a Bloom filter of two bytes a row, of which a look-up
/// reads eight.
///
/// Says only where a row may be: the names decide.
struct NameFilters: Sendable {
  /// Of more rows no filter is made: it would not stay in the processor's caches.
  private static let rowCountMax = 1 << 22
  private static let rowsPerWord = 4

  /// One filter: as many words as a power of two. Of none it is said that it may hold everything.
  private struct Part {
    let start: Int
    let count: Int
  }

  private var words: [UInt64] = []
  private var parts: [Part] = []

  /// The first chain, from one on, that may hold a name; behind the last where all others surely do not.
  ///
  /// - Parameter hash: the `mixedHash` of the name.
  func chain(from start: Int, mayHold hash: UInt64) -> Int {
    let marks = NameFilters.marks(hash)
    var chain = start
    while chain < parts.count, parts[chain].count > 0 {
      let word = words[parts[chain].start + NameFilters.place(hash, parts[chain].count)]
      guard word & marks != marks else { return chain }
      chain += 1
    }
    return chain
  }

  /// Adds a chain for which there is no filter.
  mutating func append() { parts.append(Part(start: words.count, count: 0)) }

  /// Adds a chain, of which only the names of some rows count.
  mutating func append(_ chain: SegmentChain, _ rows: RowSet) throws(FormatError) {
    guard chain.rowCount <= NameFilters.rowCountMax else { return append() }
    var count = 1
    while count < rows.count / NameFilters.rowsPerWord { count *= 2 }
    let start = words.count
    parts.append(Part(start: start, count: count))
    words += [UInt64](repeating: 0, count: count)
    for (segment, firstRow) in zip(chain.segments, chain.firstRows) {
      try segment.read { (reader) throws(FormatError) in
        for row in 0..<reader.rowCount where rows.contains(firstRow + row) {
          let hash = try reader.name(row).mixedHash
          words[start + NameFilters.place(hash, count)] |= NameFilters.marks(hash)
        }
      }
    }
  }

  @inline(__always)
  private static func place(_ hash: UInt64, _ count: Int) -> Int { Int(hash >> 32) & (count - 1) }

  /// Four of a word's bits.
  @inline(__always)
  private static func marks(_ hash: UInt64) -> UInt64 {
    1 << (hash & 63) | 1 << (hash >> 6 & 63) | 1 << (hash >> 12 & 63) | 1 << (hash >> 18 & 63)
  }
}
