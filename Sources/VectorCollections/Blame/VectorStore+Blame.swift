internal import Catalog
internal import Primitives
package import SnapshotFormat
package import SnapshotStore

extension VectorReader {
  /// Which operations an id's record is made of; nil when nothing was ever said of it that is still remembered.
  ///
  /// Deltas that are no longer among the origins of segments are not known; versions are not told yet.
  package func blame(_ id: RecordName) throws(StoreError) -> RecordBlame? {
    let rows = try reading { () throws(FormatError) in try lookup.rows(id) }
    guard !rows.isEmpty else { return nil }
    var blame = RecordBlame(id, rows: rows)
    blame.explain { stamp in pending.first { $0.made(stamp) }.map { BlamedDelta($0) } }
    for segment in segments.sorted(by: { $0.index.header.generation > $1.index.header.generation }) {
      guard !blame.isExplained else { break }
      let origins = try reading { () throws(FormatError) in try segment.origins() }
      blame.explain { stamp in origins.first { $0.made(stamp) }.map { BlamedDelta($0) } }
    }
    return blame
  }
}

extension VectorStore {
  /// The same, with the versions that took the deltas.
  ///
  /// - Parameter rows: of all versions, ascending.
  package func blame(
    _ id: RecordName, in reader: VectorReader, _ rows: [VersionRow]
  ) throws(StoreError) -> RecordBlame? {
    guard var blame = try reader.blame(id) else { return nil }
    var takers: [Stamp: VersionRow?] = [:]
    for part in blame.parts {
      guard let delta = part.delta, !delta.isPending, takers[part.stamp] == nil else { continue }
      takers[part.stamp] = try version(taking: delta.sequence, of: part.stamp.producer, rows)
    }
    blame.addVersions { takers[$0] ?? nil }
    return blame
  }

  /// The version that took a delta; nil when it is no longer there. Looks into as few manifests as halving takes.
  private func version(
    taking sequence: UInt64, of producer: ProducerName, _ rows: [VersionRow]
  ) throws(StoreError) -> VersionRow? {
    var (low, high) = (0, rows.count)
    var found: ProducerRow?
    while low < high {
      let middle = low + (high - low) / 2
      let row = try store.manifest(rows[middle]).producers().first { $0.producer == producer }
      if let row, row.compacted >= sequence {
        (high, found) = (middle, row)
      } else {
        low = middle + 1
      }
    }
    guard let found, low < rows.count, found.first > 0, found.first <= sequence else { return nil }
    return rows[low]
  }
}

extension RecordBlame {
  fileprivate mutating func addVersions(_ version: (Stamp) -> VersionRow?) {
    parts = parts.map { part in
      var part = part
      part.delta?.version = version(part.stamp)
      return part
    }
  }
}

extension BlamedDelta {
  fileprivate init(_ summary: DeltaSummary) {
    self.init(sequence: summary.reference.sequence, run: summary.header.run, isPending: true)
  }

  fileprivate init(_ origin: SegmentOrigin) {
    self.init(sequence: origin.sequence, run: origin.run, isPending: false)
  }

  private init(sequence: UInt64, run: String, isPending: Bool) {
    self.init(sequence: sequence, run: run, version: nil, isPending: isPending)
  }
}

extension DeltaSummary {
  /// Whether the stamp is that of one of its operations.
  func made(_ stamp: Stamp) -> Bool {
    reference.producer == stamp.producer && tail.footer.leastClock <= stamp.clock
      && stamp.clock <= tail.footer.greatestClock
  }
}
