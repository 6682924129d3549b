internal import Primitives
internal import SnapshotFormat

/// Which names some segments surely do not hold: a Bloom filter of two bytes a row, of which a look-up reads eight.
///
/// Says only where a row may be: the names decide.
final class NameFilter: Sendable {
  /// Of more rows no filter is made: it would not stay in the processor's caches.
  private static let rowCountMax = 1 << 22
  private static let rowsPerWord = 4

  /// As many as a power of two.
  private let words: [UInt64]

  /// Reads all names. Nil where there are too many.
  init?(_ segments: [OpenSegment]) throws(FormatError) {
    let rowCount = segments.reduce(0) { $0 + $1.index.rowCount }
    guard rowCount <= NameFilter.rowCountMax else { return nil }
    var count = 1
    while count < rowCount / NameFilter.rowsPerWord { count *= 2 }
    var words = [UInt64](repeating: 0, count: count)
    for segment in segments {
      try segment.read { (reader) throws(FormatError) in
        for row in 0..<reader.rowCount {
          let hash = NameFilter.hash(try reader.name(row))
          words[NameFilter.place(hash, count)] |= NameFilter.marks(hash)
        }
      }
    }
    self.words = words
  }

  /// - Parameter hash: of the name.
  func mayHold(_ hash: UInt64) -> Bool {
    let marks = NameFilter.marks(hash)
    return words[NameFilter.place(hash, words.count)] & marks == marks
  }

  static func hash(_ name: RawSpan) -> UInt64 {
    var hash = UInt64(truncatingIfNeeded: name.byteCount)
    var offset = 0
    while let word = name.word(at: offset, as: UInt64.self) {
      hash = mixed(hash ^ word)
      offset += 8
    }
    while let byte = name.word(at: offset, as: UInt8.self) {
      hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
      offset += 1
    }
    return mixed(hash)
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return product.high ^ product.low
  }

  private static func place(_ hash: UInt64, _ count: Int) -> Int { Int(hash >> 32) & (count - 1) }

  /// Four of a word's bits.
  private static func marks(_ hash: UInt64) -> UInt64 {
    1 << (hash & 63) | 1 << (hash >> 6 & 63) | 1 << (hash >> 12 & 63) | 1 << (hash >> 18 & 63)
  }
}
