internal import SnapshotFormat

/// In which rows of which chains the records are, in ascending order of id: who has it need not compare names again.
///
/// - Two bytes for each record: the chain that has it, and by how many rows that chain goes on to it, 1 … 255.
/// - Zero instead goes on by 255 rows, none of which has a record; so more steps than rows there never are.
struct RecordOrder: Sendable {
  /// Of more rows no order is kept: it would take more than 32 MiB.
  static let rowCountMax = 1 << 24
  static let chainCountMax = 1 << 8

  struct Step {
    let chain: Int
    let rowCount: Int
    let hasRecord: Bool

    init(_ word: UInt16) {
      chain = Int(word >> 8)
      hasRecord = word & 0xFF != 0
      rowCount = hasRecord ? Int(word & 0xFF) : 0xFF
    }
  }

  private(set) var steps: [UInt16] = []
  /// Of each chain the row that was reached.
  private var reached: [Int]

  init(_ chains: [SegmentChain]) {
    reached = Array(repeating: -1, count: chains.count)
    steps.reserveCapacity(chains.reduce(0) { $0 + $1.rowCount })
  }

  /// The next record is in this row of this chain.
  ///
  /// - Precondition: the row comes after those of the chain that were appended before.
  mutating func append(_ chain: Int, row: Int) {
    var rowCount = row - reached[chain]
    precondition(rowCount > 0, "the rows of a chain ascend")
    while rowCount > 0xFF {
      steps.append(UInt16(chain << 8))
      rowCount -= 0xFF
    }
    steps.append(UInt16(chain << 8 | rowCount))
    reached[chain] = row
  }

  /// The rows of one chain that records are in.
  func liveRows(of chain: Int, count: Int) -> RowSet {
    var rows = RowSet(capacity: count)
    var row = -1
    for step in steps.lazy.map(Step.init) where step.chain == chain {
      row += step.rowCount
      if step.hasRecord { rows.insert(row) }
    }
    return rows
  }
}
