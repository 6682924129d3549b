internal import Primitives
internal import SnapshotFormat

extension DeltaHeader {
  var inspected: [InspectedObject.Field] {
    [
      .init("collection", .text(collection.string)), .init("producer", .text(producer.string)),
      .init("sequence", .number(sequence)), .init("predecessor", .text(predecessor.hex)), .init("run", .text(run)),
      .init("expected", .number(expected)), .init("dimension", .count(schema.dimension)),
      .init("created", .time(created)),
    ]
  }
}

extension DeltaFooter {
  var inspected: [InspectedObject.Field] {
    [
      .init("batches", .count(batchCount)), .init("operations", .number(counts.total)),
      .init("leastClock", .time(leastClock.timestamp)), .init("greatestClock", .time(greatestClock.timestamp)),
      .init("leastId", .text("\(leastName)")), .init("greatestId", .text("\(greatestName)")),
      .init("content", .text(content.hex)),
    ]
  }
}

extension SegmentIndex {
  var inspected: [InspectedObject.Field] {
    [
      .init("name", .text(header.name.hex)), .init("generation", .number(header.generation)),
      .init("created", .time(header.created)), .init("dimension", .count(schema.dimension)),
      .init("rows", .count(rowCount)), .init("vectors", .count(header.vectorCount)),
      .init("records", .number(totals.records)), .init("deleted", .number(totals.deleted)),
      .init("waiting", .number(totals.waiting)), .init("prefixes", .number(totals.prefixes)),
      .init("producers", .list(producers.map { .text($0.string) })),
      .init("leastId", .text("\(totals.leastName)")), .init("greatestId", .text("\(totals.greatestName)")),
      .init("digest", .text(digest.hex)),
    ]
  }
}
