internal import Primitives
internal import SnapshotFormat

/// What the rows of the deltas change in the number of records, and which operations changed nothing.
///
/// Looks at the names the deltas touch, and at those under a prefix they delete; at no others.
struct LiveCount {
  /// Records that come to be, less those that go.
  private(set) var change: Int64 = 0
  /// By the delta's number in the table.
  private(set) var superseded: [Int: UInt64] = [:]
  /// Rows that would be larger than they may be, were these deltas taken in.
  private(set) var crowded: Set<RowKey> = []

  /// The ids whose changes found no record, and by whose delta, as its number in the table, these came.
  private(set) var waitingRows: [RowKey: Set<Int>] = [:]
  /// Those whose changes are not kept for it: they are older than what is kept.
  private(set) var givenUpRows: [RowKey: Set<Int>] = [:]
  /// The rows that say nothing new, where that is to be explained.
  private(set) var unchangedRows: Set<RowKey> = []

  init() {}

  init(_ run: CompactionRun, _ rows: [Row]) throws(FormatError) {
    superseded = run.table.superseded
    let segments = run.segments.map(\.segment)
    for segment in segments { try segment.prepare(lookups: rows.map(\.key.name)) }
    let before = RowLookup(segments)
    let prefixes = rows.filter(\.key.isPrefix)
    for row in rows {
      if prefixes.isEmpty, try count(newest: row, before) { continue }
      let old = try before.row(of: row.key)
      let joined = old?.joined(row)
      if let joined, !joined.isWithinLimits { crowded.insert(row.key) }
      let isUnchanged = joined != nil && joined == old
      if isUnchanged { noteUnchanged(row.key, run) }
      guard !row.key.isPrefix else { continue }
      let after = try count(row.key.name, row, prefixes, before)
      if !isUnchanged { noteWaiting(row, after, run) }
    }
    for prefix in prefixes where prefix.isDeleted {
      let isNested = prefixes.contains { $0.isDeleted && $0.key != prefix.key && $0.key.covers(prefix.key) }
      if !isNested { try count(under: prefix.key.name, run, prefixes, before) }
    }
  }

  private mutating func noteUnchanged(_ key: RowKey, _ run: CompactionRun) {
    for (number, count) in run.table.contributions(to: key) { superseded[number, default: 0] += count }
    if run.explains { unchangedRows.insert(key) }
  }

  /// Notes which deltas brought the changes of a row that count, and have no record to be of.
  private mutating func noteWaiting(_ row: Row, _ after: Row, _ run: CompactionRun) {
    guard after.record == nil, !row.changes.isEmpty else { return }
    let stamps = Set(row.changes.map(\.stamp)).intersection(after.changes.map(\.stamp))
    let numbers = run.table.contributions(to: row.key).keys.filter { number in
      stamps.contains { run.taken[number].made($0) }
    }
    if !numbers.isEmpty { waitingRows[row.key] = Set(numbers) }
  }

  /// Takes note of rows of which nothing is in the version.
  mutating func giveUp(_ keys: [RowKey]) {
    for key in keys { givenUpRows[key] = waitingRows.removeValue(forKey: key) }
  }

  /// By the delta's number in the table: the ids whose changes wait.
  var waiting: [Int: WaitingRecords] {
    var waiting: [Int: WaitingRecords] = [:]
    for (key, numbers) in waitingRows.sorted(by: { $0.key < $1.key }) {
      for number in numbers { waiting[number, default: WaitingRecords()].add(key.name) }
    }
    return waiting
  }

  /// Counts an id whose row is newer than all that is said of it, without reading what that is; false for any other,
  /// and for one with changes: older bodies may have changes that are newer still, and all of them count.
  private mutating func count(newest row: Row, _ lookup: RowLookup) throws(FormatError) -> Bool {
    guard !lookup.hasPrefixes, row.changes.isEmpty, let stamp = row.body?.stamp else { return false }
    let before = try lookup.standings(of: row.key)
    guard before.allSatisfy({ $0.stamp < stamp }) else { return false }
    let wasThere = before.max { $0.stamp < $1.stamp }?.isRecord ?? false
    change += (row.record == nil ? 0 : 1) - (wasThere ? 1 : 0)
    return true
  }

  /// - Returns: all that is said of the id in the end.
  @discardableResult
  private mutating func count(
    _ id: RecordName, _ row: Row?, _ prefixes: [Row], _ lookup: RowLookup
  ) throws(FormatError) -> Row {
    let before = try lookup.row(id)
    var after = before ?? Row(key: RowKey(id), body: nil, changes: [])
    if let row { after.join(row) }
    for prefix in prefixes where prefix.key.covers(RowKey(id)) { after.join(prefix) }
    change += (after.visible == nil ? 0 : 1) - (before?.visible == nil ? 0 : 1)
    return after
  }

  /// The ids of segments under a prefix that the deltas do not name.
  private mutating func count(
    under prefix: RecordName, _ run: CompactionRun, _ prefixes: [Row], _ lookup: RowLookup
  ) throws(FormatError) {
    let sources = try run.segments.map(\.segment).sources(under: prefix)
    guard !sources.isEmpty else { return }
    let merge = try RecordMerge(sources)
    while let step = try merge.next() {
      guard let key = step.parts.first?.row.key, !key.isPrefix, key.name.hasPrefix(prefix), run.table[key] == nil
      else { continue }
      try count(key.name, nil, prefixes, lookup)
    }
  }
}
