internal import Primitives
internal import SnapshotFormat
internal import Synchronization

/// One pass over the vectors of all segments, block by block, on several threads.
///
/// - A record is looked up, and the filter asked, only for a vector that would be among the nearest.
/// - What is found does not depend on the order in which blocks are compared.
final class NearestSearch: Sendable {
  /// Neighbouring vectors of a segment.
  struct Block: Sendable {
    let segment: Int
    let vectors: Range<Int>
  }

  /// A vector that may be among the nearest, if its row still counts.
  private struct Candidate {
    let distance: Float
    let vector: Int
  }

  private let segments: [OpenSegment]
  private let lookup: RowLookup
  private let query: VectorQuery
  private let filter: RecordFilter?
  private let nearest: Mutex<LeastElements<NearRecord>>

  init(_ reader: VectorReader, _ query: VectorQuery, _ filter: RecordFilter?) {
    segments = reader.segments
    lookup = reader.lookup
    self.query = query
    self.filter = filter
    nearest = Mutex(LeastElements(limit: query.count))
  }

  /// The nearest of all blocks that were compared, in order.
  var found: [NearRecord] { nearest.withLock { $0.sorted() } }

  func compare(_ block: Block) throws(FormatError) {
    let bound = nearest.withLock { $0.bound?.distance.ordered ?? .infinity }
    var found: [NearRecord] = []
    for candidate in try candidates(block, notBeyond: bound) {
      let distance = candidate.distance.ordered
      if found.count >= query.count, distance > found[query.count - 1].distance.ordered { break }
      if let record = try record(candidate, in: segments[block.segment]) { found.append(record) }
    }
    guard !found.isEmpty else { return }
    nearest.withLock { nearest in
      for record in found { nearest.offer(record) }
      _ = nearest.sorted()
    }
  }

  /// The nearer ones first.
  private func candidates(_ block: Block, notBeyond bound: Float) throws(FormatError) -> [Candidate] {
    try segments[block.segment].prepare(vectors: block.vectors)
    let distances = try segments[block.segment].read { (reader) throws(FormatError) in
      query.metric.distances(of: try reader.floats(ofVectors: block.vectors), from: query.vector)
    }
    var candidates: [Candidate] = []
    for (place, distance) in distances.enumerated() where distance.ordered <= bound {
      candidates.append(Candidate(distance: distance, vector: block.vectors.lowerBound + place))
    }
    return candidates.sorted { $0.distance.ordered < $1.distance.ordered }
  }

  /// Nil for a vector that was superseded or deleted, and for a record that the filter does not want.
  private func record(_ candidate: Candidate, in segment: OpenSegment) throws(FormatError) -> NearRecord? {
    let row = try segment.read { (reader) throws(FormatError) in
      try reader.row(reader.row(ofVector: candidate.vector))
    }
    let (id, joined) = (row.key.name, try lookup.row(row.key.name))
    guard let joined, joined.body == row.body, let body = joined.visible, filter?.matches(id, body) ?? true else {
      return nil
    }
    return NearRecord(distance: candidate.distance, id: id)
  }
}
