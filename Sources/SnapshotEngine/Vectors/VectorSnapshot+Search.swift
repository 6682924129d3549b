internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore
internal import Synchronization
internal import VectorCollections

extension VectorSnapshot {
  /// The records whose vectors are nearest to one. Exact: every vector is compared.
  ///
  /// ```swift
  /// let words = try await engine.vectors("words")
  /// for match in try words.search(embedding, count: 10, metric: .cosine) { print(match.record.id, match.distance) }
  /// ```
  /// Cost: one pass over all vectors, on `jobs` threads; the fewer records a filter takes, the more are read.
  /// - Parameters:
  ///   - vector: as many finite elements as `dimension`; not all zero for `.cosine`.
  ///   - count: 1 to 10,000.
  ///   - filter: as for `scan`; only records it takes are found.
  /// - Returns: at most `count`, the nearest first; of two that are as near, the one with the lesser id.
  /// - Throws: `.usage` for a vector, count or filter that is none, `.damaged` when the bytes are not what they
  ///   should be.
  public func search(
    _ vector: [Float], count: Int, metric: VectorMetric = .l2, where filter: String? = nil, jobs: Int = 2
  ) throws(EngineError) -> [VectorMatch] {
    let wanted = try VectorSnapshot.filter(filter)
    let query = try query(vector, count, metric)
    return try VectorSnapshot.catching { () throws(StoreError) in
      try reader.nearest(query, where: wanted, jobs: max(1, jobs)).map {
        VectorMatch(record: VectorRecord(id: $0.id, body: $0.body), distance: $0.distance)
      }
    }
  }

  private func query(_ vector: [Float], _ count: Int, _ metric: VectorMetric) throws(EngineError) -> VectorQuery {
    guard dimension > 0 else { throw EngineError(.usage, "the records of this collection have no vectors") }
    guard vector.count == dimension else {
      throw EngineError(
        .usage, "the vector has \(vector.count) elements, those of the collection have \(dimension)",
        advice: "Ask with a vector of the same model that made the collection's")
    }
    guard (1...VectorQuery.countMax).contains(count) else {
      throw EngineError(.usage, "\(count) records are asked for, where 1 to \(VectorQuery.countMax) can be had")
    }
    if let place = vector.firstIndex(where: { !$0.isFinite }) {
      throw EngineError(.usage, "element \(place) of the vector is \(vector[place]), which is no finite number")
    }
    guard metric != .cosine || vector.contains(where: { $0 != 0 }) else {
      throw EngineError(.usage, "a vector of zeros has no direction, and no cosine with others")
    }
    return VectorQuery(vector, metric: metric.metric, count: count)
  }
}

extension SnapshotEngine {
  /// Finds the records of a collection whose vectors are nearest to one, straight from the store: of segments in no
  /// cache the vectors are read, and little else.
  ///
  /// - Parameters: as for `VectorSnapshot.search`.
  /// - Throws: as `vectors` and `VectorSnapshot.search`.
  public func search(
    _ name: String, for vector: [Float], count: Int, metric: VectorMetric = .l2, where filter: String? = nil
  ) async throws(EngineError) -> VectorMatches {
    let matches = Mutex<VectorMatches?>(nil)
    _ = try await search(name, forEach: [vector], count: count, metric: metric, where: filter) { found in
      matches.withLock { $0 = found }
      return true
    }
    guard let found = matches.withLock({ $0 }) else { throw EngineError(.failed, "the search gave nothing") }
    return found
  }

  /// The same for several vectors, one after the other, on one state of the collection, until `found` has enough.
  ///
  /// Several are worth it to fetch segments whole, and map them.
  /// - Throws: as `search` of one vector. What was found for those before was handed out.
  @discardableResult
  public func search(
    _ name: String, forEach vectors: [[Float]], count: Int, metric: VectorMetric = .l2, where filter: String? = nil,
    found: @escaping @Sendable (VectorMatches) -> Bool
  ) async throws(EngineError) -> ReadRecords {
    let reference = try Names.version(name)
    let jobs = configuration.jobs
    return try await perform { call throws(EngineError) in
      let snapshot = try call.open(reference, name, vectors.count > 1 ? .mapped : .ranged)
      var total: UInt64 = 0
      for vector in vectors {
        if call.isStopped { throw EngineError(.interrupted, "interrupted") }
        let matches = try snapshot.timed(vector, count: count, metric: metric, where: filter, jobs: jobs)
        total += UInt64(matches.matches.count)
        guard found(matches) else { break }
      }
      return ReadRecords(
        version: snapshot.snapshot?.version, count: total, missing: [], bytesRead: call.bytesRead,
        requests: call.requests)
    }
  }
}

extension VectorSnapshot {
  fileprivate func timed(
    _ vector: [Float], count: Int, metric: VectorMetric, where filter: String?, jobs: Int
  ) throws(EngineError) -> VectorMatches {
    let started = clock.nanoseconds()
    let matches = try search(vector, count: count, metric: metric, where: filter, jobs: jobs)
    let seconds = Double(clock.nanoseconds() - started) / 1e9
    return VectorMatches(matches: matches, vectorBytes: vectorBytes, seconds: seconds)
  }
}
