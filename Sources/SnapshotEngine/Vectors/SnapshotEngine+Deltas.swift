public import Primitives
internal import SnapshotFormat
internal import SnapshotStore
internal import VectorCollections

/// A delta of a collection, and where it stands.
public struct DeltaDescription: Sendable, Equatable {
  /// Where a delta stands.
  public enum State: String, Sendable {
    /// It waits for compaction.
    case pending
    /// It is in the newest version.
    case compacted
    /// It cannot be used, and was set aside.
    case quarantined
    /// It does not verify, and holds up its producer until somebody decides.
    case damaged
    /// It is missing, and later ones of its producer wait for it.
    case missing
  }

  /// The collection.
  public let collection: String
  /// Whose it is.
  public let producer: String
  /// Its number; of compacted ones the highest: all before it are compacted, too.
  public let sequence: UInt64
  /// Where it stands.
  public let state: State
  /// How many operations it holds; nil where that is not known.
  public let operations: UInt64?
  /// Its bytes; nil where they are not known.
  public let bytes: UInt64?
  /// The piece of work it belongs to; not safe to print.
  public let run: String?
  /// When it was written.
  public let created: Timestamp?
  /// Why it is quarantined or damaged, or has to wait; not safe to print.
  public let reason: String?
}

extension SnapshotEngine {
  /// What waits for compaction, what is compacted, and what cannot be used; by producer and sequence.
  ///
  /// Of compacted deltas one is given for each producer: the highest.
  /// - Throws: `.notFound` when there is no such collection, `.usage` when it is a tree.
  public func deltas(of collection: String) async throws(EngineError) -> [DeltaDescription] {
    let name = try Names.collection(collection)
    return try await perform { call throws(EngineError) in
      let listing = try call.catching { () throws(StoreError) in try call.vectors(name).deltas() }
      return DeltaDescription.all(listing, of: name)
    }
  }
}

extension DeltaDescription {
  fileprivate static func all(_ listing: DeltaListing, of collection: CollectionName) -> [DeltaDescription] {
    let compacted = listing.compacted.map { DeltaDescription(collection, $0.key, $0.value, .compacted) }
    let waiting = listing.pending.map { DeltaDescription($0, of: collection) }
    let unreadable = listing.unreadable.map {
      DeltaDescription(
        collection, $0.reference.producer, $0.reference.sequence, .damaged, bytes: $0.reference.byteCount,
        reason: $0.error.description)
    }
    let quarantined = listing.quarantined.map { DeltaDescription($0, of: collection) }
    let missing = listing.gaps.map { DeltaDescription(collection, $0.key, $0.value, .missing) }
    return (compacted + waiting + unreadable + quarantined + missing).sorted {
      ($0.producer, $0.sequence, $0.state.rawValue) < ($1.producer, $1.sequence, $1.state.rawValue)
    }
  }

  /// One that was set aside.
  init(_ delta: QuarantinedDelta, of collection: CollectionName) {
    self.init(collection, delta.producer, delta.sequence, .quarantined, reason: delta.reason)
  }

  /// One that is in the way of its producer's line.
  init(_ delta: Reconciliation.Damaged, of collection: CollectionName) {
    self.init(collection, delta.producer, delta.sequence, .damaged, reason: delta.reason)
  }

  private init(
    _ collection: CollectionName, _ producer: ProducerName, _ sequence: UInt64, _ state: State,
    bytes: UInt64? = nil, reason: String? = nil
  ) {
    self.init(
      collection: collection.string, producer: producer.string, sequence: sequence, state: state, operations: nil,
      bytes: bytes, run: nil, created: nil, reason: reason)
  }

  /// The same, whatever the clock says by now.
  var withoutReason: DeltaDescription {
    DeltaDescription(
      collection: collection, producer: producer, sequence: sequence, state: state, operations: operations,
      bytes: bytes, run: run, created: created, reason: nil)
  }

  /// One that goes on waiting.
  init(_ held: HeldDelta, of collection: CollectionName) {
    guard let summary = held.summary else {
      self.init(
        collection, held.reference.producer, held.reference.sequence, .damaged, bytes: held.reference.byteCount,
        reason: held.reason)
      return
    }
    self.init(summary, of: collection, reason: held.reason)
  }

  /// One that waits, and why it does where it could be taken.
  private init(_ summary: DeltaSummary, of collection: CollectionName, reason: String? = nil) {
    self.init(
      collection: collection.string, producer: summary.reference.producer.string,
      sequence: summary.reference.sequence, state: .pending, operations: summary.tail.footer.counts.total,
      bytes: summary.reference.byteCount, run: summary.header.run, created: summary.header.created, reason: reason)
  }
}
