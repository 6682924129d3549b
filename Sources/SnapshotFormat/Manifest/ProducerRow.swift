package import Primitives

/// How far the deltas of a producer are in a snapshot (formats/manifest.md §7).
package struct ProducerRow: Sendable, Equatable {
  package let producer: ProducerName
  /// Deltas 1 … this one are in the snapshot.
  package let compacted: UInt64
  /// The seal's digest of that delta.
  package let digest: Digest
  /// The first sequence this very version took, 0 if none.
  package let first: UInt64

  package init(producer: ProducerName, compacted: UInt64, digest: Digest, first: UInt64) {
    self.producer = producer
    self.compacted = compacted
    self.digest = digest
    self.first = first
  }
}

extension Page {
  package static func encode(producers: [ProducerRow]) -> [UInt8] {
    encode(.producers, count: producers.count) { output, _ in
      for row in producers {
        output.string(row.producer.string)
        output.integer(row.compacted)
        output.digest(row.digest)
        output.integer(row.first)
      }
    }
  }

  package static func producers(_ bytes: RawSpan) throws(FormatError) -> [ProducerRow] {
    let rows = try decode(bytes, kind: .producers, countMax: Limits.producersInPage) {
      input, _ throws(FormatError) -> ProducerRow in
      guard let producer = ProducerName(try input.string(limit: 64)) else { throw input.damaged("a producer's name") }
      return ProducerRow(
        producer: producer, compacted: try input.integer(), digest: try input.digest(), first: try input.integer())
    }
    for index in rows.indices.dropFirst() where !(rows[index - 1].producer < rows[index].producer) {
      throw .damaged("producers page", "the producers are not in order")
    }
    for row in rows where row.first > row.compacted || row.compacted > ObjectKey.numbers.upperBound {
      throw .damaged("producers page", "\(row.producer) took more than it has")
    }
    return rows
  }
}
