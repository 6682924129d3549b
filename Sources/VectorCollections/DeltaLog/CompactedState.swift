package import Primitives
package import SnapshotFormat

/// How far a collection has taken in the deltas of its producers, as its newest head and manifest say.
package struct CompactedState: Sendable {
  package struct Position: Hashable, Sendable {
    /// Deltas 1 … this one are compacted.
    package let sequence: UInt64
    /// The seal of that delta.
    package let digest: Digest

    package init(sequence: UInt64, digest: Digest) {
      self.sequence = sequence
      self.digest = digest
    }
  }

  package struct Quarantined: Hashable, Sendable {
    package let producer: ProducerName
    package let sequence: UInt64
    package let digest: Digest
    package let reason: String

    package init(producer: ProducerName, sequence: UInt64, digest: Digest, reason: String) {
      self.producer = producer
      self.sequence = sequence
      self.digest = digest
      self.reason = reason
    }
  }

  package var positions: [ProducerName: Position]
  package var quarantined: [Quarantined]
  /// No operation at or below this clock is accepted.
  package var oldestRecord: HybridClock
  /// The greatest clock in the collection, so far as it is known.
  package var greatestClock: HybridClock

  package init(
    positions: [ProducerName: Position] = [:], quarantined: [Quarantined] = [], oldestRecord: HybridClock = .zero,
    greatestClock: HybridClock = .zero
  ) {
    self.positions = positions
    self.quarantined = quarantined
    self.oldestRecord = oldestRecord
    self.greatestClock = greatestClock
  }

  package func sequence(of producer: ProducerName) -> UInt64 { positions[producer]?.sequence ?? 0 }

  package func isQuarantined(_ producer: ProducerName, _ sequence: UInt64) -> Bool {
    quarantined.contains { $0.producer == producer && $0.sequence == sequence }
  }
}

/// Where the state is read from: the newest head, never a cached one.
package protocol CompactedSequences: Sendable {
  /// Reads the newest head.
  func state() throws(DeltaLogError) -> CompactedState

  /// Whether the newest version holds this very delta, of whose producer it has compacted later ones.
  func holds(_ producer: ProducerName, _ sequence: UInt64, _ digest: Digest) throws(DeltaLogError) -> Bool
}
