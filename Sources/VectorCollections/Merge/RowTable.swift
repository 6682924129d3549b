package import Primitives
package import SnapshotFormat

/// The rows of deltas in the making: operations are joined in as they are read.
///
/// - Joins are the same in whatever order operations come.
/// - Counts, for each delta, how many of its operations changed what was there at their turn.
package struct RowTable {
  /// Identifies a delta among those that are absorbed: its place in the caller's list.
  package typealias DeltaNumber = Int

  private struct Entry {
    var row: Row
    /// How many operations of which delta changed this row.
    var contributions: [DeltaNumber: UInt64] = [:]
  }

  private var entries: [RowKey: Entry] = [:]
  package private(set) var byteCount = 0
  package private(set) var superseded: [DeltaNumber: UInt64] = [:]

  package init() {}

  package var rowCount: Int { entries.count }
  package var isEmpty: Bool { entries.isEmpty }

  package enum Refusal: Error, Equatable {
    /// The row would get more changed keys than a row may have.
    case tooManyChanges
  }

  package mutating func absorb(
    _ operation: StampedOperation, by producer: ProducerName, from delta: DeltaNumber = 0
  ) throws(Refusal) {
    let row = Row(operation, by: producer)
    guard let entry = entries[row.key] else {
      entries[row.key] = Entry(row: row, contributions: [delta: 1])
      byteCount += row.approximateByteCount
      return
    }
    let joined = entry.row.joined(row)
    guard joined.changes.count <= Row.changeCountMax else { throw .tooManyChanges }
    guard joined != entry.row else {
      superseded[delta, default: 0] += 1
      return
    }
    byteCount += joined.approximateByteCount - entry.row.approximateByteCount
    entries[row.key]?.row = joined
    entries[row.key]?.contributions[delta, default: 0] += 1
  }

  /// All rows in order.
  package var sorted: [Row] { entries.values.map(\.row).sorted { $0.key < $1.key } }

  package subscript(key: RowKey) -> Row? { entries[key]?.row }

  /// How many operations of which delta made the row of `key`.
  package func contributions(to key: RowKey) -> [DeltaNumber: UInt64] {
    entries[key]?.contributions ?? [:]
  }
}

extension Row {
  /// What the row takes in memory, roughly.
  var approximateByteCount: Int {
    let body = record.map { $0.vector.count + ($0.document?.utf8.count ?? 0) + $0.metadata.fields.count * 64 } ?? 0
    return 160 + key.name.utf8.count + body + changes.count * 96
  }
}
