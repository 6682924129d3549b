internal import Primitives
internal import SnapshotFormat
package import SnapshotStore

extension VectorReader {
  /// The records nearest to a query, nearest first: all vectors are compared, none is left out.
  ///
  /// Cost: one pass over the vectors of all segments, on `jobs` threads, and a look-up of each that would be among the
  /// nearest when it is met. The fewer records a filter takes, the more are looked up.
  /// - Parameter blockByteCount: what one thread compares at a time.
  /// - Throws: `.invalid` when the query has another dimension.
  package func nearest(
    _ query: VectorQuery, where filter: RecordFilter? = nil, jobs: Int, blockByteCount: Int = 4 << 20
  ) throws(StoreError) -> [Neighbor] {
    guard query.vector.count == schema.dimension else {
      throw .invalid("the vector has \(query.vector.count) elements, those of the collection have \(schema.dimension)")
    }
    let search = NearestSearch(self, query, filter)
    return try reading { () throws(FormatError) in
      _ = try Parallel.map(blocks(of: blockByteCount), jobs: jobs) { block throws(FormatError) in
        try search.compare(block)
      }
      return try neighbors(search.found)
    }
  }

  /// Bytes of all vectors, of superseded rows too.
  package var vectorByteCount: UInt64 {
    segments.reduce(0) { $0 + UInt64($1.index.header.vectorCount * schema.vectorByteCount) }
  }

  private func blocks(of byteCount: Int) -> [NearestSearch.Block] {
    let rows = max(1, byteCount / schema.vectorByteCount)
    return segments.enumerated().flatMap { number, segment in
      let count = segment.index.header.vectorCount
      return stride(from: 0, to: count, by: rows).map {
        NearestSearch.Block(segment: number, vectors: $0..<min($0 + rows, count))
      }
    }
  }

  private func neighbors(_ found: [NearRecord]) throws(FormatError) -> [Neighbor] {
    var neighbors: [Neighbor] = []
    for near in found {
      guard let body = try lookup.record(near.id) else { continue }
      neighbors.append(Neighbor(id: near.id, body: body, distance: near.distance))
    }
    return neighbors
  }
}
