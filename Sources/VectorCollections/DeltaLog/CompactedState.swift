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

  package var positions: [ProducerName: Position]
  package var quarantined: [QuarantinedDelta]
  /// No operation at or below this clock is accepted.
  package var oldestRecord: HybridClock
  /// The greatest clock in the newest version. What is appended by who knows that version is later.
  package var greatestClock: HybridClock

  package init(
    positions: [ProducerName: Position] = [:], quarantined: [QuarantinedDelta] = [], oldestRecord: HybridClock = .zero,
    greatestClock: HybridClock = .zero
  ) {
    self.positions = positions
    self.quarantined = quarantined
    self.oldestRecord = oldestRecord
    self.greatestClock = greatestClock
  }

  package func sequence(of producer: ProducerName) -> UInt64 { positions[producer]?.sequence ?? 0 }

  /// What the head says of a delta that was set aside.
  package func quarantined(_ producer: ProducerName, _ sequence: UInt64) -> QuarantinedDelta? {
    quarantined.first { $0.producer == producer && $0.sequence == sequence }
  }

  /// The same with another word on one delta.
  mutating func setAside(_ delta: QuarantinedDelta) {
    quarantined.removeAll { $0.producer == delta.producer && $0.sequence == delta.sequence }
    quarantined.append(delta)
  }
}

/// Where the state is read from: the newest head, never a cached one.
package protocol CompactedSequences: Sendable {
  /// Reads the newest head.
  func state() throws(DeltaLogError) -> CompactedState

  /// Whether the newest version holds this very delta, of whose producer it has compacted later ones; nil
  /// where that is no longer told.
  func holds(_ producer: ProducerName, _ sequence: UInt64, _ digest: Digest) throws(DeltaLogError) -> Bool?
}
