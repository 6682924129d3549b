public import Primitives
internal import SnapshotFormat
internal import VectorCollections

/// Which deltas an id's record is made of.
public struct BlamedRecord: Sendable, Equatable {
  /// A part of a record, and the last operation that said something of it.
  public struct Part: Sendable, Equatable {
    /// The metadata key; nil for the body: vector and document.
    public let key: String?
    /// Whether the operation took it away: deleted the record, or removed the key.
    public let isRemoval: Bool
    /// The prefix by which the operation named the id; nil where it named the id itself.
    public let prefix: String?
    /// When it was done, by its producer's clock.
    public let time: Timestamp
    /// Whose it was.
    public let producer: String
    /// The delta that brought it; nil where it is not known: it is older than what segments remember of their origins.
    public let delta: Delta?
  }

  /// A delta that set something.
  public struct Delta: Sendable, Equatable {
    /// Its number among its producer's.
    public let sequence: UInt64
    /// The piece of work it belongs to; may be empty; not safe to print.
    public let run: String
    /// Whether it waits for compaction.
    public let isPending: Bool
    /// The version that took it; nil where it waits, or that version is no longer there.
    public let version: UInt64?
    /// What that version's maker said about it; not safe to print.
    public let message: String?
  }

  /// The id.
  public let id: String
  /// Whether there is such a record.
  public let isPresent: Bool
  /// The body first, if there ever was one; then each metadata key, in ascending order.
  public let parts: [Part]
}

extension BlamedRecord {
  init(_ blame: RecordBlame) {
    id = blame.id.string
    isPresent = blame.isPresent
    parts = blame.parts.map { Part($0) }
  }
}

extension BlamedRecord.Part {
  fileprivate init(_ part: RecordBlame.Part) {
    if case .field(let key) = part.subject { self.key = key.string } else { key = nil }
    isRemoval = part.action == .removed
    prefix = part.prefix?.string
    time = part.stamp.clock.timestamp
    producer = part.stamp.producer.string
    delta = part.delta.map {
      BlamedRecord.Delta(
        sequence: $0.sequence, run: $0.run, isPending: $0.isPending, version: $0.version?.version,
        message: $0.version?.message)
    }
  }
}
