internal import Primitives
internal import SnapshotFormat
internal import VectorCollections

/// What a compaction made of what one delta brought for one id or prefix.
public struct CompactedRecord: Sendable, Equatable {
  /// What became of it.
  public enum Fate: String, Sendable {
    /// It changed what was there at its turn.
    case applied
    /// Newer operations had overtaken it.
    case superseded
    /// It changed metadata of a record that is not there, and waits for it. Counted with what is applied.
    case waiting
    /// It changed metadata of a record that is not there, and is older than such changes are kept. Counted with what is
    /// applied.
    case givenUp
    /// It was set aside with its delta.
    case quarantined
  }

  /// The id or prefix; not safe to print.
  public let name: String
  /// Whether it is a prefix.
  public let isPrefix: Bool
  /// Whose delta it came with.
  public let producer: String
  /// Its number.
  public let sequence: UInt64
  /// How many operations of the delta it stands for.
  public let operations: UInt64
  /// What became of them.
  public let fate: Fate
  /// Why they were set aside, if they were; not safe to print.
  public let reason: String?

  init(_ report: RecordReport) {
    (name, isPrefix) = (report.key.name.string, report.key.isPrefix)
    (producer, sequence, operations) = (report.producer.string, report.sequence, report.operations)
    (fate, reason) =
      switch report.fate {
      case .applied: (.applied, nil)
      case .superseded: (.superseded, nil)
      case .waiting: (.waiting, nil)
      case .givenUp: (.givenUp, nil)
      case .quarantined(let reason): (.quarantined, reason)
      }
  }
}
