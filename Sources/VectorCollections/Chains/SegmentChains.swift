internal import Primitives
internal import SnapshotFormat

/// The segments of a reader by their names, in as few chains as can be.
struct SegmentChains: Sendable {
  let chains: [SegmentChain]
  /// Those with rows of prefixes: what such a row says reaches beyond the names of its segment.
  let prefixed: [OpenSegment]

  init(_ segments: [OpenSegment]) {
    var chains: [SegmentChain] = []
    for segment in segments.sorted(by: { $0.leastName < $1.leastName }) {
      if chains.indices.contains(where: { chains[$0].append(segment) }) { continue }
      chains.append(SegmentChain(segment))
    }
    self.chains = chains
    prefixed = segments.filter { $0.index.totals.prefixes > 0 }
  }

  var rowCount: Int { chains.reduce(0) { $0 + $1.rowCount } }

  /// Whether every row with a body is that of a record: nothing else can say anything of its id.
  var isPlain: Bool { chains.count < 2 && prefixed.isEmpty }

  /// Whether no row changes the record that another row has.
  var isWithoutChanges: Bool { chains.allSatisfy { $0.segments.allSatisfy { !$0.index.hasChanges } } }
}

extension [OpenSegment] {
  /// As few sources as can be: segments whose names do not overlap are read one after the other.
  ///
  /// - Parameter prefix: gives only what matters to ids that begin with it.
  func sources(under prefix: RecordName? = nil) throws(FormatError) -> [any RowSource] {
    let segments = filter { segment in prefix.map { segment.index.totals.mayCover(idsUnder: $0) } ?? true }
    let sources = try SegmentChains(segments).chains.map { chain throws(FormatError) -> any RowSource in
      ChainedRows(
        try chain.segments.map { segment throws(FormatError) -> any RowSource in
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
