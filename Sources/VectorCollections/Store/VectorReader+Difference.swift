internal import Primitives
internal import SnapshotFormat
package import SnapshotStore

/// How many records became what from one version to another.
package struct RecordDifference: Sendable, Equatable {
  /// Only the second has them.
  package var added: UInt64 = 0
  /// Only the first has them.
  package var removed: UInt64 = 0
  /// Their vector, document or metadata are others.
  package var changed: UInt64 = 0

  package init() {}
}

extension VectorReader {
  /// Compares the records of this one with those of a later one, both in ascending order of id, one of each in memory
  /// at a time.
  ///
  /// - Parameter isStopped: asked for every record; what was counted until then is no result.
  package func difference(
    to later: VectorReader, isStopped: () -> Bool
  ) throws(StoreError) -> RecordDifference {
    var difference = RecordDifference()
    let (left, right) = (try records(), try later.records())
    var (old, new) = (try next(left), try later.next(right))
    while old != nil || new != nil, !isStopped() {
      if let before = old, new.map({ before.id < $0.id }) ?? true {
        difference.removed += 1
        old = try next(left)
      } else if let after = new, old.map({ after.id < $0.id }) ?? true {
        difference.added += 1
        new = try later.next(right)
      } else {
        if old?.body != new?.body { difference.changed += 1 }
        (old, new) = (try next(left), try later.next(right))
      }
    }
    return difference
  }

  private func records() throws(StoreError) -> LiveRecords {
    try reading { () throws(FormatError) in try LiveRecords(try segments.sources(under: nil)) }
  }

  private func next(_ records: LiveRecords) throws(StoreError) -> LiveRecords.Record? {
    try reading { () throws(FormatError) in try records.next() }
  }
}
