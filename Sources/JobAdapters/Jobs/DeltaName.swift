package import Primitives

/// A delta as people and messages name it: `PRODUCER/SEQUENCE`.
package struct DeltaName: Hashable, Sendable {
  package let producer: ProducerName
  package let sequence: UInt64

  package init(producer: ProducerName, sequence: UInt64) {
    self.producer = producer
    self.sequence = sequence
  }

  /// Nil for what names no delta.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let producer = ProducerName(String(parts[0])), let sequence = UInt64(parts[1]),
      sequence > 0, parts[1].utf8.allSatisfy({ (48...57).contains($0) })
    else { return nil }
    self.init(producer: producer, sequence: sequence)
  }
}
