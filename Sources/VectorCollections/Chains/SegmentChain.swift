internal import Primitives
internal import SnapshotFormat

/// Segments whose names do not overlap, ascending: one at most is asked for a name. Their rows are counted through all
/// of them.
struct SegmentChain: Sendable {
  private(set) var segments: [OpenSegment]
  /// Of each segment the number of its first row.
  private(set) var firstRows = [0]
  private(set) var rowCount: Int

  init(_ segment: OpenSegment) {
    segments = [segment]
    rowCount = segment.index.rowCount
  }

  /// Takes a segment in at the end; false where its names are not above all others.
  mutating func append(_ segment: OpenSegment) -> Bool {
    if let last = segments.last, last.greatestName >= segment.leastName { return false }
    segments.append(segment)
    firstRows.append(rowCount)
    rowCount += segment.index.rowCount
    return true
  }

  /// Which segment may hold a row of this name.
  func place(of name: RecordName) -> Int? {
    var (low, high) = (0, segments.count)
    while low < high {
      let middle = low + (high - low) / 2
      if segments[middle].leastName <= name { low = middle + 1 } else { high = middle }
    }
    guard low > 0, name <= segments[low - 1].greatestName else { return nil }
    return low - 1
  }

  /// The segment that may hold a row of this name.
  func holder(of name: RecordName) -> OpenSegment? { place(of: name).map { segments[$0] } }

  /// Whether all its bytes are here: reading many of them takes no request.
  var isAtHand: Bool { segments.allSatisfy(\.isAtHand) }

  /// Its rows where they lie, as long as its segments are held; nil where they do not lie in memory.
  @unsafe
  func memories() throws(FormatError) -> [SegmentMemory]? {
    var memories: [SegmentMemory] = []
    for segment in segments {
      guard let memory = unsafe try segment.memory() else { return nil }
      memories.append(memory)
    }
    return memories
  }
}
