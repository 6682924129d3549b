package import Primitives

/// The columns that do not go by row (formats/segment.md §3 and §4): read whole, and checked as they are.
extension SegmentReader {
  /// The producers by their numbers.
  package func readProducers() throws(FormatError) -> [ProducerName] {
    var input = ByteReader(try checked(.producers), of: "segment producers")
    var producers: [ProducerName] = []
    for _ in 0..<(try input.integer(UInt16.self)) {
      guard let producer = ProducerName(try input.string(limit: 64)), producers.last.map({ $0 < producer }) ?? true
      else { throw input.damaged("not the next producer") }
      producers.append(producer)
    }
    try input.finish()
    return producers
  }

  /// Which deltas the rows came from, by producer and sequence.
  package func origins() throws(FormatError) -> [SegmentOrigin] { try readOrigins().listed }

  /// The same, and by run what those came to that are no longer listed.
  package func readOrigins() throws(FormatError) -> (listed: [SegmentOrigin], past: [SegmentRunTotals]) {
    var input = ByteReader(try checked(.origins), of: "segment origins")
    let count = try input.count(UInt32.self, width: 92, limit: SegmentOrigin.countMax)
    var origins: [SegmentOrigin] = []
    origins.reserveCapacity(count)
    for _ in 0..<count {
      let origin = try SegmentOrigin(from: &input, producers: index.producers)
      if let last = origins.last, !SegmentOrigin.precedes(last, origin) { throw input.damaged("origins do not ascend") }
      origins.append(origin)
    }
    let past = input.remaining > 0 ? try readPast(&input) : []
    try input.finish()
    return (origins, past)
  }

  private func readPast(_ input: inout ByteReader) throws(FormatError) -> [SegmentRunTotals] {
    let count = try input.count(UInt32.self, width: 34, limit: SegmentRunTotals.countMax)
    guard count > 0 else { throw input.damaged("a list of no runs") }
    var past: [SegmentRunTotals] = []
    for _ in 0..<count {
      let totals = try SegmentRunTotals(from: &input)
      if let last = past.last, !SegmentRunTotals.precedes(last, totals) { throw input.damaged("runs do not ascend") }
      past.append(totals)
    }
    return past
  }

  /// How many rows of other segments were superseded when this one was written.
  package func dead() throws(FormatError) -> [SegmentDeadCount] {
    var input = ByteReader(try checked(.dead), of: "segment dead counts")
    let count = try input.count(UInt32.self, width: 20, limit: SegmentDeadCount.countMax)
    var dead: [SegmentDeadCount] = []
    dead.reserveCapacity(count)
    for _ in 0..<count {
      let entry = SegmentDeadCount(segment: try input.uniqueName(), rows: try input.integer())
      if let last = dead.last, !SegmentDeadCount.precedes(last, entry) {
        throw input.damaged("dead counts do not ascend")
      }
      dead.append(entry)
    }
    try input.finish()
    return dead
  }

  @_lifetime(copy self)
  func checked(_ column: SegmentColumn) throws(FormatError) -> RawSpan {
    let place = index[column]
    guard let part = try part(place.offset, place.range.upperBound) else {
      throw .truncated("segment", at: index.byteCount)
    }
    guard CRC32C.of(part) == place.crc else {
      throw .damaged("segment", "the checksum of column \(column) differs", at: place.offset)
    }
    return part
  }
}
