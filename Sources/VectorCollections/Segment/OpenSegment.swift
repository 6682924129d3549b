internal import Primitives
package import SnapshotFormat

/// A segment in memory.
package final class SegmentInMemory: Sendable {
  private let bytes: [UInt8]

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  func withBytes<Value, Failure: Error>(_ body: (RawSpan) throws(Failure) -> Value) throws(Failure) -> Value {
    let bytes = bytes
    return try body(bytes.rawSpan)
  }
}

/// A segment that can be read, wherever its bytes are. They do not change.
package final class OpenSegment: Sendable {
  private enum Place {
    case mapped(MappedSegment)
    case memory(SegmentInMemory)
    case ranged(RangedSegment)
  }

  package let index: SegmentIndex
  package let leastName: RecordName
  package let greatestName: RecordName
  private let place: Place
  /// Made when an id is first looked up.
  private let fences = MadeOnce<SegmentFences>()

  package convenience init(_ segment: SegmentInMemory) throws(FormatError) {
    let index = try segment.withBytes { (bytes) throws(FormatError) in try SegmentIndex(bytes) }
    self.init(index, .memory(segment))
  }

  package convenience init(_ segment: MappedSegment) throws(FormatError) {
    let index = try segment.withBytes { (bytes) throws(FormatError) in try SegmentIndex(bytes) }
    self.init(segment, index)
  }

  /// The same, with what was found in the same file.
  convenience init(_ segment: MappedSegment, _ index: SegmentIndex) {
    self.init(index, .mapped(segment))
  }

  convenience init(_ segment: RangedSegment) {
    self.init(segment.index, .ranged(segment))
  }

  private init(_ index: SegmentIndex, _ place: Place) {
    self.index = index
    self.place = place
    leastName = index.totals.leastName
    greatestName = index.totals.greatestName
  }

  package func read<Value>(
    _ body: (borrowing SegmentReader) throws(FormatError) -> Value
  ) throws(FormatError) -> Value {
    switch place {
    case .mapped(let segment):
      try segment.withBytes { (bytes) throws(FormatError) in
        try body(SegmentReader(bytes, opened: index))
      }
    case .memory(let segment):
      try segment.withBytes { (bytes) throws(FormatError) in
        try body(SegmentReader(bytes, opened: index))
      }
    case .ranged(let segment): try segment.read(body)
    }
  }

  /// Its rows where they lie, which they do as long as the segment is held; nil where they do not lie in memory.
  @unsafe
  func memory() throws(FormatError) -> SegmentMemory? {
    guard isAtHand else { return nil }
    return try read { (reader) throws(FormatError) in unsafe try SegmentMemory(reader) }
  }

  /// Whether its bytes are here: reading many of them takes no request.
  var isAtHand: Bool {
    if case .ranged = place { false } else { true }
  }

  /// Finds the row of a key, and reads on from there; nil where there is none.
  func reading<Value>(
    _ key: RowKey, _ body: (borrowing SegmentReader, Int) throws(FormatError) -> Value?
  ) throws(FormatError) -> Value? {
    try read { (reader) throws(FormatError) -> Value? in
      guard let row = try reader.find(key, in: try rows(around: key.name, reader)) else { return nil }
      return try body(reader, row)
    }
  }

  /// Fences take reading many names: not where that takes requests.
  private func rows(around name: RecordName, _ reader: borrowing SegmentReader) throws(FormatError) -> Range<Int>? {
    guard isAtHand else { return nil }
    guard leastName <= name, name <= greatestName else { return nil }
    return try fences.get { () throws(FormatError) in try SegmentFences(reader) }.rows(around: name)
  }

  /// Fetches rows that are about to be read, where that takes requests.
  func prepare(_ rows: Range<Int>) throws(FormatError) {
    if case .ranged(let segment) = place { try segment.prepare(rows) }
  }

  /// Fetches what looking ids up reads, where that takes requests.
  ///
  /// Ids that share more than all names of the segment do lie close together, in few chunks: they are left to be found.
  func prepare(lookups ids: [RecordName]) throws(FormatError) {
    guard case .ranged(let segment) = place else { return }
    let within = ids.filter { leastName <= $0 && $0 <= greatestName }
    guard let least = within.min(), let greatest = within.max(),
      least.sharedByteCount(with: greatest) <= leastName.sharedByteCount(with: greatestName)
    else { return }
    try segment.prepare(lookups: within.count)
  }

  /// Fetches neighbouring vectors that are about to be read, where that takes requests.
  func prepare(vectors: Range<Int>) throws(FormatError) {
    if case .ranged(let segment) = place { try segment.prepare(vectors: vectors) }
  }

  /// Which deltas its rows came from.
  func origins() throws(FormatError) -> [SegmentOrigin] {
    try read { (reader) throws(FormatError) in try reader.origins() }
  }

  /// The same, and by run what deltas came to that are no longer listed.
  func allOrigins() throws(FormatError) -> (listed: [SegmentOrigin], past: [SegmentRunTotals]) {
    try read { (reader) throws(FormatError) in try reader.readOrigins() }
  }

  /// How many rows of other segments were superseded when it was written.
  func dead() throws(FormatError) -> [SegmentDeadCount] {
    try read { (reader) throws(FormatError) in try reader.dead() }
  }
}

extension RecordName {
  /// How many bytes both begin with.
  fileprivate func sharedByteCount(with other: RecordName) -> Int {
    zip(utf8, other.utf8).prefix { $0 == $1 }.count
  }
}
