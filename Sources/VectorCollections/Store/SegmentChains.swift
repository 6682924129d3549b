internal import Primitives
internal import SnapshotFormat

/// The segments of a reader by their names: those that do not overlap lie in one chain, ascending, so that of a chain
/// one segment at most is asked for a name.
struct SegmentChains: Sendable {
  let chains: [[OpenSegment]]
  /// For each chain what it surely does not hold; the shortest chains first.
  let filtered: [FilteredChain]
  /// Those with rows of prefixes: what such a row says reaches beyond the names of its segment.
  let prefixed: [OpenSegment]

  init(_ segments: [OpenSegment]) {
    var chains: [[OpenSegment]] = []
    for segment in segments.sorted(by: { $0.leastName < $1.leastName }) {
      let place = chains.firstIndex { chain in
        chain.last.map { $0.greatestName < segment.leastName } ?? false
      }
      if let place { chains[place].append(segment) } else { chains.append([segment]) }
    }
    self.chains = chains
    // What was changed last stands in few rows: who is found there need not be looked for among the many.
    filtered = chains.map { FilteredChain($0, isAlone: chains.count == 1) }.sorted { $0.rowCount < $1.rowCount }
    prefixed = segments.filter { $0.index.totals.prefixes > 0 }
  }

  /// The segment of a chain that may hold a row of this name.
  static func holder(of name: RecordName, in chain: [OpenSegment]) -> OpenSegment? {
    var (low, high) = (0, chain.count)
    while low < high {
      let middle = low + (high - low) / 2
      if chain[middle].leastName <= name { low = middle + 1 } else { high = middle }
    }
    guard low > 0, name <= chain[low - 1].greatestName else { return nil }
    return chain[low - 1]
  }
}

/// A chain, and a filter of its names that is made when an id is first looked up.
final class FilteredChain: Sendable {
  let segments: [OpenSegment]
  let rowCount: Int
  private let filter = MadeOnce<NameFilter?>()
  private let hasFilter: Bool

  /// - Parameter isAlone: then it is asked in any case.
  init(_ segments: [OpenSegment], isAlone: Bool) {
    self.segments = segments
    rowCount = segments.reduce(0) { $0 + $1.index.rowCount }
    hasFilter = !isAlone && segments.allSatisfy(\.isAtHand)
  }

  /// The segment that may hold a row of this name.
  ///
  /// - Parameter hash: the filter's, of the name.
  func holder(of name: RecordName, _ hash: UInt64) throws(FormatError) -> OpenSegment? {
    if hasFilter {
      let filter = try filter.get { () throws(FormatError) in try NameFilter(segments) }
      guard filter?.mayHold(hash) ?? true else { return nil }
    }
    return SegmentChains.holder(of: name, in: segments)
  }
}

extension [OpenSegment] {
  /// As few sources as can be: segments whose names do not overlap are read one after the other.
  ///
  /// - Parameter prefix: gives only what matters to ids that begin with it.
  func sources(under prefix: RecordName? = nil) throws(FormatError) -> [any RowSource] {
    let segments = filter { segment in prefix.map { segment.index.totals.mayCover(idsUnder: $0) } ?? true }
    let sources = try SegmentChains(segments).chains.map { chain throws(FormatError) -> any RowSource in
      ChainedRows(
        try chain.map { segment throws(FormatError) -> any RowSource in
          guard let prefix else { return SegmentRows(segment) }
          return try SegmentRows(segment, under: prefix)
        })
    }
    guard sources.count <= RecordMerge.sourceCountMax else {
      throw .beyondLimit("segments", "\(sources.count) of them lie over each other")
    }
    return sources
  }
}
