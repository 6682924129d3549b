internal import SnapshotFormat

extension [OpenSegment] {
  /// As few sources as can be: segments whose names do not overlap are read one after the other.
  ///
  /// - Parameter prefix: gives only what matters to ids that begin with it.
  func sources(under prefix: RecordName? = nil) throws(FormatError) -> [any RowSource] {
    let sources = try chains.map { chain throws(FormatError) -> any RowSource in
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

  private var chains: [[OpenSegment]] {
    var chains: [[OpenSegment]] = []
    for segment in sorted(by: { $0.index.totals.leastName < $1.index.totals.leastName }) {
      let place = chains.firstIndex { chain in
        chain.last.map { $0.index.totals.greatestName < segment.index.totals.leastName } ?? false
      }
      if let place { chains[place].append(segment) } else { chains.append([segment]) }
    }
    return chains
  }
}
