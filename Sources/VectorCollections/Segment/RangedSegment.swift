internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore
internal import Synchronization

/// A segment that lies on a tier, and is read chunk by chunk as it is needed.
final class RangedSegment: Sendable {
  let index: SegmentIndex
  private let chunks: SegmentChunks
  /// With the producers, which are read when a row is first read.
  private let complete = Mutex<SegmentIndex?>(nil)

  init(_ chunks: SegmentChunks) throws(FormatError) {
    self.chunks = chunks
    let pieces = SegmentPieces(chunks)
    let head = try pieces.part(0..<min(SegmentHeader.endOffset, chunks.byteCount))
    let header = try SegmentHeader(from: head.rawSpan)
    let tail = try pieces.part(try SegmentIndex.tailRange(header, byteCount: chunks.byteCount))
    index = try SegmentIndex(header, tail: tail.rawSpan, byteCount: chunks.byteCount)
  }

  func read<Value>(
    _ body: (borrowing SegmentReader) throws(FormatError) -> Value
  ) throws(FormatError) -> Value {
    let pieces: any SegmentParts = SegmentPieces(chunks)
    return try body(SegmentReader(parts: pieces, opened: try completed()))
  }

  /// Fetches rows in as few requests as can be, before they are read one by one.
  func prepare(_ rows: Range<Int>) throws(FormatError) {
    try load(try read { reader in reader.offsetRanges(rows) })
    try load(try read { (reader) throws(FormatError) in try reader.cellRanges(rows) })
  }

  /// Fetches neighbouring vectors.
  func prepare(vectors: Range<Int>) throws(FormatError) {
    let (start, width) = (index.footer[.vectors].offset, index.schema.vectorByteCount)
    try load([start + vectors.lowerBound * width..<start + vectors.upperBound * width])
  }

  /// Fetches all names and what rows say of themselves, where looking so many ids up would bring most of it anyway, one
  /// chunk after the other.
  func prepare(lookups count: Int) throws(FormatError) {
    let ranges = [index.footer[.names].range, index.footer[.rows].range]
    guard chunks.count(in: ranges) <= count else { return }
    try load(ranges)
  }

  private func load(_ ranges: [Range<Int>]) throws(FormatError) {
    do throws(StoreError) { try chunks.load(ranges) } catch { throw .unreadable("segment", error) }
  }

  private func completed() throws(FormatError) -> SegmentIndex {
    if let known = complete.withLock({ $0 }) { return known }
    let pieces: any SegmentParts = SegmentPieces(chunks)
    let producers = try SegmentReader(parts: pieces, opened: index).readProducers()
    let completed = SegmentIndex(index, producers: producers)
    complete.withLock { $0 = completed }
    return completed
  }
}
