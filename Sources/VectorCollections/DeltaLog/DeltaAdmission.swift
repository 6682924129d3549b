package import Primitives
package import SnapshotFormat

/// Whether a delta may be taken in; if not, it is quarantined with the reason, and the rest goes on.
package struct DeltaAdmission: Sendable {
  package let schema: VectorSchema
  package let oldestRecord: HybridClock

  package init(schema: VectorSchema, oldestRecord: HybridClock) {
    self.schema = schema
    self.oldestRecord = oldestRecord
  }

  /// Why the delta cannot be taken, or nil when it can.
  ///
  /// - Parameter before: the seal of the delta with the sequence before, zero for the first.
  package func defect(of delta: DeltaSummary, after before: Digest?) -> String? {
    if delta.header.schema != schema {
      return "dimension \(delta.header.schema.dimension) where the collection has \(schema.dimension)"
    }
    if delta.tail.footer.leastClock <= oldestRecord { return QuarantinedDelta.tooOld }
    if let before, delta.header.predecessor != before { return "follows another delta than the one before it" }
    return nil
  }
}

extension DeltaSummary {
  /// Whether a later delta of its producer brings the same work (formats/head.md §8).
  func isWrittenAgain(as later: DeltaSummary) -> Bool {
    later.reference.producer == reference.producer && later.reference.sequence > reference.sequence
      && later.header.run == header.run && later.tail.footer.content == tail.footer.content
  }
}

extension QuarantinedDelta {
  static let tooOld = "older than the oldest record that is accepted"
  private static let again = "written again as "

  /// The same, of which it is known that its work was appended once more: it counts under that number alone.
  func writtenAgain(as sequence: UInt64) -> QuarantinedDelta {
    QuarantinedDelta(
      producer: producer, sequence: self.sequence, digest: digest,
      reason: "\(QuarantinedDelta.again)\(sequence): it was \(QuarantinedDelta.tooOld)")
  }

  var isWrittenAgain: Bool { reason.hasPrefix(QuarantinedDelta.again) }
}
