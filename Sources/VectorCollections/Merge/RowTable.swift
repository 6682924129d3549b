package import Primitives
package import SnapshotFormat

/// The rows of deltas in the making: operations are joined in as they are read.
///
/// - Joins are the same in whatever order operations come.
/// - Counts, for each delta, how many of its operations changed what was there at their turn.
/// - No row outgrows what may stand in a segment, taken together with what the collection has of it.
package struct RowTable {
  /// Identifies a delta among those that are absorbed: its place in the caller's list.
  package typealias DeltaNumber = Int

  private struct Entry {
    var row: Row
    /// How many operations of which delta changed this row.
    var contributions: [DeltaNumber: UInt64] = [:]
  }

  private var entries: [RowKey: Entry] = [:]
  /// What rows take in memory, roughly.
  package private(set) var byteCount = 0
  package private(set) var superseded: [DeltaNumber: UInt64] = [:]
  /// What the collection has of rows that are near what a row may be.
  private let bases: [RowKey: Row]
  /// The rows that the delta at hand changed, as they were before it; nil where none is at hand.
  private var undo: [RowKey: Entry?]?

  package init(over bases: [RowKey: Row] = [:]) {
    self.bases = bases
  }

  package var rowCount: Int { entries.count }
  package var isEmpty: Bool { entries.isEmpty }
  /// How many rows are remembered as they were before the delta at hand.
  package var rememberedCount: Int { undo?.count ?? 0 }

  package enum Refusal: Error, Equatable {
    /// The row would get more changed keys, or more bytes of them, than a row may have.
    case tooManyChanges
  }

  package mutating func absorb(
    _ operation: StampedOperation, by producer: ProducerName, from delta: DeltaNumber = 0
  ) throws(Refusal) {
    let row = Row(operation, by: producer)
    let entry = entries[row.key]
    let joined = entry?.row.joined(row) ?? row
    let base = bases[row.key]
    guard base.map({ $0.joined(joined).isWithinLimits }) ?? joined.isWithinLimits else { throw .tooManyChanges }
    guard joined != entry?.row else {
      superseded[delta, default: 0] += 1
      return
    }
    if undo?.index(forKey: row.key) == nil { undo?.updateValue(entry, forKey: row.key) }
    byteCount += joined.approximateByteCount - (entry?.row.approximateByteCount ?? 0)
    var changed = entry ?? Entry(row: joined)
    changed.row = joined
    changed.contributions[delta, default: 0] += 1
    entries[row.key] = changed
  }

  /// Absorbs all of a delta, or nothing: what `body` absorbed is taken back when it throws.
  package mutating func attempt<Failure: Error>(
    _ delta: DeltaNumber, _ body: (inout RowTable) throws(Failure) -> Void
  ) throws(Failure) {
    let before = byteCount
    undo = [:]
    defer { undo = nil }
    do throws(Failure) {
      try body(&self)
    } catch {
      for (key, entry) in undo ?? [:] { entries[key] = entry }
      superseded[delta] = nil
      byteCount = before
      throw error
    }
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
  fileprivate var approximateByteCount: Int {
    var count = 160 + key.name.utf8.count
    if let record {
      count += record.vector.count + (record.document?.utf8.count ?? 0)
      for field in record.metadata.fields { count += 64 + field.key.utf8.count + (field.value?.byteCount ?? 0) }
    }
    return changes.reduce(count) { $0 + 96 + $1.byteCount }
  }
}
