internal import Primitives
internal import SnapshotFormat

/// Rows that may be too large when all deltas of a compaction are taken together, and what to measure them by
/// (formats/segment.md §7).
///
/// - A row is measured with what the collection has of it and with the newest body in these deltas: what that overtakes
///   does not count.
/// - What they take in memory, all together, is bounded.
/// - Where that was too little, because the delta with the body was not taken after all, by the collection alone.
struct CrowdedRows {
  private(set) var bases: [RowKey: Row] = [:]
  private var byteCount = 0
  /// The bodies that were counted on, and are still to come.
  private var awaited: [RowKey: Stamp] = [:]

  /// - Parameters:
  ///   - keys: rows that were too large by what was known.
  ///   - collection: what the collection has of a key.
  ///   - bodies: the newest body of each key in the deltas that are to be taken.
  ///   - limit: what all of them may take in memory.
  /// - Returns: false where they would take more: they are of no use then.
  mutating func add<Failure: Error>(
    _ keys: Set<RowKey>, bodies: [RowKey: Stamp], limit: Int, collection: (RowKey) throws(Failure) -> Row?
  ) throws(Failure) -> Bool {
    for key in keys {
      let old = try collection(key) ?? Row(key: key, body: nil, changes: [])
      let body = bases[key] == nil ? bodies[key] : nil
      let base = body.map { old.overtaken(by: $0) } ?? old
      byteCount += base.approximateByteCount - (bases[key]?.approximateByteCount ?? 0)
      bases[key] = base
      awaited[key] = body
      guard byteCount <= limit else { return false }
    }
    return true
  }

  /// Rows whose body did not come: what it would have overtaken was left out for nothing.
  func unmet(by table: RowTable) -> Set<RowKey> {
    Set(awaited.filter { key, stamp in table[key]?.body.map { $0.stamp < stamp } ?? true }.keys)
  }
}

extension Row {
  /// What of it still counts beside a body of that stamp. Whether the body is a record does not matter to its size.
  fileprivate func overtaken(by stamp: Stamp) -> Row {
    joined(Row(key: key, body: Body(stamp: stamp, state: .deleted), changes: []))
  }
}

extension DeltaLog {
  /// The newest bodies that a delta brings of some rows; none where it cannot be read: taking it in will tell.
  func newestBodies(of keys: Set<RowKey>, in delta: DeltaSummary) throws(DeltaLogError) -> [RowKey: Stamp] {
    let key = key(delta.reference.producer, delta.reference.sequence)
    guard let bytes = try bytes(key) else { return [:] }
    var newest: [RowKey: Stamp] = [:]
    do throws(FormatError) {
      var reader = try DeltaReader(bytes.rawSpan, named: key, expected: delta.tail.digest)
      while let operations = try reader.next() {
        for operation in operations {
          let row = Row(operation, by: delta.reference.producer)
          guard let stamp = row.body?.stamp, keys.contains(row.key) else { continue }
          newest[row.key] = max(newest[row.key] ?? stamp, stamp)
        }
      }
    } catch { return [:] }
    return newest
  }
}
