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
    if delta.tail.footer.leastClock <= oldestRecord { return "older than the oldest record that is accepted" }
    if let before, delta.header.predecessor != before { return "follows another delta than the one before it" }
    return nil
  }
}
