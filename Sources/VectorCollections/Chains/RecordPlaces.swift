internal import Primitives
internal import SnapshotFormat
internal import Synchronization

/// In which rows of segments that lie over each other the records have their vectors: found out by one merge when it
/// is worth it, then kept.
///
/// - Takes at most two bytes and a bit for each row, and two bytes for each that is not in the longest chain; nothing
///   above `RecordOrder.rowCountMax` rows.
/// - The first walk to the end finds it out; look-ups do when so many came that they took as long as that does.
final class RecordPlaces: Sendable {
  /// A look-up that goes without takes about as long as merging so many rows.
  private static let rowsPerLookUp = 128

  private let chains: [SegmentChain]
  /// Whether every row with a body is that of a record.
  private let isPlain: Bool
  private let isAtHand: Bool
  private let isKept: Bool
  private let order = MadeOnce<RecordOrder>()
  private let live = MadeOnce<LiveRows>()
  private let lookUpCount = Atomic(0)
  private let lookUpCountMin: Int

  init(_ segments: SegmentChains) {
    chains = segments.chains
    isPlain = segments.isPlain
    isAtHand = chains.allSatisfy(\.isAtHand)
    isKept = isAtHand && segments.rowCount <= RecordOrder.rowCountMax && chains.count <= RecordOrder.chainCountMax
    lookUpCountMin = segments.rowCount / RecordPlaces.rowsPerLookUp
  }

  /// Hands out ids and vectors of all records in ascending order of id.
  ///
  /// - Returns: how many were handed out until `body` had enough; nil where segments do not lie in memory.
  func walk(_ body: VectorWalk.Body) throws(FormatError) -> UInt64? {
    guard isAtHand, let cursors = try cursors() else { return nil }
    let walk = VectorWalk(cursors)
    if isPlain { return try walk.run(body) }
    if let order = order.made { return try walk.run(order, body) }
    // Records are handed out on the way: whoever wants few is not made to wait for the rest.
    var found = isKept ? RecordOrder(chains) : nil
    let (count, isComplete) = try walk.run(ChainMerge(chains, cursors), &found, body)
    if isComplete, let found { order.keep(found) }
    return count
  }

  /// The rows that records are in; nil where that is not kept, or not worth it yet.
  func liveRows() throws(FormatError) -> LiveRows? {
    if let made = live.made { return made }
    guard isKept, isWorthIt, let cursors = try cursors() else { return nil }
    return try live.get { () throws(FormatError) in try LiveRows(chains, try order(cursors)) }
  }

  private var isWorthIt: Bool {
    order.made != nil || lookUpCount.wrappingAdd(1, ordering: .relaxed).newValue > lookUpCountMin
  }

  private func order(_ cursors: ChainCursors) throws(FormatError) -> RecordOrder {
    try order.get { () throws(FormatError) in
      var (order, merge) = (RecordOrder(chains), try ChainMerge(chains, cursors))
      while let chain = try merge.next() { order.append(chain, row: merge.row(chain)) }
      return order
    }
  }

  private func cursors() throws(FormatError) -> ChainCursors? {
    var memories: [[SegmentMemory]] = []
    for chain in chains {
      // Safe: `self` holds the segments for longer than any cursor lives.
      guard let memory = unsafe try chain.memories() else { return nil }
      memories.append(memory)
    }
    return ChainCursors(memories)
  }
}
