internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// What became of each record, told one after the other.
extension CompactionRun {
  /// - Parameter aside: the deltas that were set aside; what cannot be read of them is left out.
  func explain(_ aside: [QuarantinedDelta], _ tell: (RecordReport) -> Void) {
    let overtaken = table.supersededByRow ?? [:]
    let alone = overtaken.keys.filter { table[$0] == nil }
    for key in (rows.map(\.key) + alone).sorted() {
      for report in reports(of: key, overtaken[key] ?? [:]) { tell(report) }
    }
    for delta in aside { explain(delta, tell) }
  }

  /// By delta, what was taken of one row.
  private func reports(of key: RowKey, _ overtaken: [Int: UInt64]) -> [RecordReport] {
    let contributions = table.contributions(to: key)
    var counts: [(number: Int, count: UInt64, fate: RecordReport.Fate)] = contributions.map { number, count in
      (number, count, fate(of: key, number))
    }
    counts += overtaken.map { ($0.key, $0.value, .superseded) }
    return counts.sorted { $0.number < $1.number }.map { one in
      let delta = taken[one.number].reference
      return RecordReport(
        key: key, producer: delta.producer, sequence: delta.sequence, operations: one.count, fate: one.fate)
    }
  }

  /// What became of what a delta, by its number, changed in a row.
  private func fate(of key: RowKey, _ number: Int) -> RecordReport.Fate {
    if live.unchangedRows.contains(key) { return .superseded }
    if live.waitingRows[key]?.contains(number) == true { return .waiting }
    return live.givenUpRows[key]?.contains(number) == true ? .givenUp : .applied
  }

  private func explain(_ delta: QuarantinedDelta, _ tell: (RecordReport) -> Void) {
    let log = vectors.listing
    let key = log.key(delta.producer, delta.sequence)
    guard let bytes = try? log.bytes(key), var reader = try? DeltaReader(bytes.rawSpan, named: key) else { return }
    while let operations = try? reader.next() {
      for operation in operations {
        tell(
          RecordReport(
            key: Row(operation, by: delta.producer).key, producer: delta.producer, sequence: delta.sequence,
            operations: 1, fate: .quarantined(reason: delta.reason)))
      }
    }
  }
}
