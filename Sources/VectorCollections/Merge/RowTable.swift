package import Primitives
package import SnapshotFormat

/// The rows of deltas in the making: operations are joined in as they are read.
///
/// - Joins are the same in whatever order operations come.
/// - Counts, for each delta, how many of its operations changed what was there at their turn.
/// - No row outgrows what may stand in a segment, taken together with what the collection has of it, and with the
///   newest body that is still to come.
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
  /// The same by row, where it is to be explained.
  package private(set) var supersededByRow: [RowKey: [DeltaNumber: UInt64]]?
  /// Of a row that is not in the table because nothing of it counts: the least that says so, too.
  package private(set) var overtaken: Row?
  /// What counts, beside these operations, of rows that are near what a row may be.
  private let bases: [RowKey: Row]
  private let crowding: Crowding
  /// Rows that became larger than they may be: what did it was left out, and the table is of no use.
  package private(set) var crowded: Set<RowKey> = []
  /// The rows that the delta at hand changed, as they were before it; nil where none is at hand.
  private var undo: [RowKey: Entry?]?

  /// What becomes of an operation that makes a row too large of which nothing else is known.
  package enum Crowding: Sendable {
    case refused
    /// It is left out, and the row noted: what is still to come may overtake it.
    case noted
  }

  /// - Parameter explains: whether it is remembered of which row operations changed nothing.
  package init(over bases: [RowKey: Row] = [:], crowding: Crowding = .refused, explains: Bool = false) {
    self.bases = bases
    self.crowding = crowding
    supersededByRow = explains ? [:] : nil
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
    let (base, entry) = (bases[row.key], entries[row.key])
    if let stamp = base?.body?.stamp, row.isOvertaken(by: stamp) {
      overtaken = overtaken ?? row.least
      return supersede(row.key, delta)
    }
    let joined = entry?.row.joined(row) ?? row
    guard base.map({ $0.joined(joined).isWithinLimits }) ?? joined.isWithinLimits else {
      guard base == nil, crowding == .noted else { throw .tooManyChanges }
      crowded.insert(row.key)
      return
    }
    guard joined != entry?.row else { return supersede(row.key, delta) }
    if undo?.index(forKey: row.key) == nil { undo?.updateValue(entry, forKey: row.key) }
    byteCount += joined.approximateByteCount - (entry?.row.approximateByteCount ?? 0)
    var changed = entry ?? Entry(row: joined)
    changed.row = joined
    changed.contributions[delta, default: 0] += 1
    entries[row.key] = changed
  }

  private mutating func supersede(_ key: RowKey, _ delta: DeltaNumber) {
    superseded[delta, default: 0] += 1
    supersededByRow?[key, default: [:]][delta, default: 0] += 1
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
      for key in supersededByRow?.keys ?? [:].keys { supersededByRow?[key]?[delta] = nil }
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
  /// Whether nothing is left of it beside a body of that stamp. Bodies themselves are compared when they are joined.
  fileprivate func isOvertaken(by stamp: Stamp) -> Bool {
    body == nil && changes.allSatisfy { $0.stamp <= stamp }
  }

  /// The row with one of its changes.
  var least: Row { Row(key: key, body: body, changes: Array(changes.prefix(1))) }

  /// What the row takes in memory, roughly.
  var approximateByteCount: Int {
    var count = 160 + key.name.utf8.count
    if let record {
      count += record.vector.count + (record.document?.utf8.count ?? 0)
      for field in record.metadata.fields { count += 64 + field.key.utf8.count + (field.value?.byteCount ?? 0) }
    }
    return changes.reduce(count) { $0 + 96 + $1.byteCount }
  }
}
