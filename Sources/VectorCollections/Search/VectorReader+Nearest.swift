internal import Primitives
internal import SnapshotFormat
package import SnapshotStore

extension VectorReader {
  /// The records nearest to a query, nearest first: all vectors are compared, none is left out.
  ///
  /// Cost: one pass over the vectors of all segments, on `jobs` threads. With a condition each record is decoded.
  /// - Throws: `.invalid` when the query has another dimension.
  package func nearest(
    _ query: VectorQuery, where condition: MetadataCondition = .all, jobs: Int
  ) throws(StoreError) -> [Neighbor] {
    guard query.vector.count == schema.dimension else {
      throw .invalid("the vector has \(query.vector.count) elements, those of the collection have \(schema.dimension)")
    }
    if condition == .all, let found = try nearestOfAll(query, jobs: jobs) { return found }
    return try nearestOfScan(query, condition)
  }

  /// Bytes of all vectors, of superseded rows too.
  package var vectorByteCount: UInt64 {
    segments.reduce(0) { $0 + UInt64($1.index.header.vectorCount * schema.vectorByteCount) }
  }

  /// Compares records as they are met.
  private func nearestOfScan(
    _ query: VectorQuery, _ condition: MetadataCondition
  ) throws(StoreError) -> [Neighbor] {
    var least = LeastElements<Neighbor>(limit: query.count)
    try scan(where: condition) { record throws(StoreError) in
      let distance = query.metric.distances(of: record.body.floats.span, from: query.vector)[0]
      least.offer(Neighbor(id: record.id, body: record.body, distance: distance))
      return true
    }
    return least.sorted()
  }

  /// Compares vectors where they lie, then looks which of the nearest still count. Superseded rows and ties may want
  /// more of them; nil where they want more than `candidateCountMax`.
  private func nearestOfAll(_ query: VectorQuery, jobs: Int) throws(StoreError) -> [Neighbor]? {
    let vectorCount = segments.reduce(0) { $0 + $1.index.header.vectorCount }
    var limit = query.count + query.count / 4 + 16
    while true {
      let nearest = try nearVectors(query, limit: limit, jobs: jobs)
      if let found = try counting(nearest, query.count, isAll: limit >= vectorCount) { return found }
      guard limit < VectorReader.candidateCountMax else { return nil }
      limit = min(4 * limit, VectorReader.candidateCountMax)
    }
  }

  private static let candidateCountMax = 1 << 18
  /// What one thread compares at a time.
  private static let blockByteCount = 4 << 20

  private struct Block: Sendable {
    let segment: Int
    let vectors: Range<Int>
  }

  private func nearVectors(_ query: VectorQuery, limit: Int, jobs: Int) throws(StoreError) -> [NearVector] {
    try reading { () throws(FormatError) in
      let parts = try Parallel.map(blocks(), jobs: jobs) { [segments] block throws(FormatError) in
        try segments[block.segment].nearest(query, block.vectors, as: block.segment, limit: limit)
      }
      var least = LeastElements<NearVector>(limit: limit)
      for part in parts { for near in part { least.offer(near) } }
      return least.sorted()
    }
  }

  private func blocks() -> [Block] {
    let rows = max(1, VectorReader.blockByteCount / schema.vectorByteCount)
    return segments.enumerated().flatMap { number, segment in
      let count = segment.index.header.vectorCount
      return stride(from: 0, to: count, by: rows).map {
        Block(segment: number, vectors: $0..<min($0 + rows, count))
      }
    }
  }

  /// The records of those vectors whose rows still count; nil when there may be nearer ones behind the last vector.
  private func counting(_ nearest: [NearVector], _ count: Int, isAll: Bool) throws(StoreError) -> [Neighbor]? {
    var found: [Neighbor] = []
    var ids: Set<RecordName> = []
    for near in nearest {
      if found.count >= count, near.distance.ordered > found[count - 1].distance.ordered {
        return Array(found.sorted().prefix(count))
      }
      guard let neighbor = try reading({ () throws(FormatError) in try self.neighbor(near) }) else { continue }
      if ids.insert(neighbor.id).inserted { found.append(neighbor) }
    }
    return isAll ? Array(found.sorted().prefix(count)) : nil
  }

  /// Nil for a vector that was superseded or deleted.
  private func neighbor(_ near: NearVector) throws(FormatError) -> Neighbor? {
    let row = try segments[near.segment].read { (reader) throws(FormatError) in
      try reader.row(reader.row(ofVector: near.vector))
    }
    let joined = try RowLookup(segments: segments).row(row.key.name)
    guard let joined, joined.body == row.body, let body = joined.visible else { return nil }
    return Neighbor(id: row.key.name, body: body, distance: near.distance)
  }
}

extension OpenSegment {
  /// The nearest of some vectors of the segment.
  fileprivate func nearest(
    _ query: VectorQuery, _ vectors: Range<Int>, as number: Int, limit: Int
  ) throws(FormatError) -> [NearVector] {
    try read { (reader) throws(FormatError) in
      let distances = query.metric.distances(of: try reader.floats(ofVectors: vectors), from: query.vector)
      var least = LeastElements<NearVector>(limit: min(limit, vectors.count))
      for (place, distance) in distances.enumerated() {
        least.offer(NearVector(distance: distance, segment: number, vector: vectors.lowerBound + place))
      }
      return least.sorted()
    }
  }
}
