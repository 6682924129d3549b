package import Primitives
package import SnapshotFormat

/// What became of what one delta brought for one name.
package struct RecordReport: Sendable, Equatable {
  package enum Fate: Sendable, Equatable {
    /// These operations changed what was there at their turn.
    case applied
    /// Newer ones had overtaken them.
    case superseded
    /// They changed something, and wait for the record that they are about.
    case waiting
    /// They changed what is not there, and are older than such changes are kept.
    case givenUp
    /// They were set aside with their delta.
    case quarantined(reason: String)
  }

  package let key: RowKey
  package let producer: ProducerName
  package let sequence: UInt64
  package let operations: UInt64
  package let fate: Fate
}
