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
      if let joined, joined == old {
        for (number, count) in run.table.contributions(to: row.key) { superseded[number, default: 0] += count }
      }
      if !row.key.isPrefix { try count(row.key.name, row, prefixes, before) }
    }
    for prefix in prefixes where prefix.isDeleted {
      let isNested = prefixes.contains { $0.isDeleted && $0.key != prefix.key && $0.key.covers(prefix.key) }
      if !isNested { try count(under: prefix.key.name, run, prefixes, before) }
    }
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

  private mutating func count(
    _ id: RecordName, _ row: Row?, _ prefixes: [Row], _ lookup: RowLookup
  ) throws(FormatError) {
    let before = try lookup.row(id)
    var after = before ?? Row(key: RowKey(id), body: nil, changes: [])
    if let row { after.join(row) }
    for prefix in prefixes where prefix.key.covers(RowKey(id)) { after.join(prefix) }
    change += (after.visible == nil ? 0 : 1) - (before?.visible == nil ? 0 : 1)
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
