import Primitives
import RecordSamples
import SnapshotFormat
import SnapshotStore
import Testing
import VectorCollections

/// The nearest records are those that a comparison with every record finds.
@Suite struct NearestTests {
  private func name(_ number: Int) -> RecordName { RecordName("r\(number)")! }

  private func compared(
    _ reader: VectorReader, _ query: VectorQuery, where filter: RecordFilter? = nil
  ) throws -> [Neighbor] {
    var near: [NearRecord] = []
    var bodies: [RecordName: RecordBody] = [:]
    try reader.scan(where: filter) { record throws(StoreError) in
      let distance = query.metric.distances(of: record.body.floats.span, from: query.vector)[0]
      near.append(NearRecord(distance: distance, id: record.id))
      bodies[record.id] = record.body
      return true
    }
    return try near.sorted().prefix(query.count).map {
      Neighbor(id: $0.id, body: try #require(bodies[$0.id]), distance: $0.distance)
    }
  }

  @Test func `a vector of another dimension is refused`() throws {
    let test = try TestVectors()
    try test.append([.upsert(name(1), RecordBody(floats: [1, 2, 3, 4]))], by: OperationSource.producers[0])
    let reader = try test.vectors.readerWithPending()
    let query = VectorQuery([1, 2, 3], metric: .cosine, count: 1)
    #expect(throws: StoreError.self) { try reader.nearest(query, jobs: 2) }
  }

  @Test func `a collection without records has none`() throws {
    let test = try TestVectors()
    let producer = OperationSource.producers[0]
    try test.append([.upsert(name(1), RecordBody(floats: [1, 2, 3, 4]))], by: producer)
    try test.append([.delete(name(1))], by: producer)
    let reader = try test.vectors.readerWithPending()
    #expect(try reader.nearest(VectorQuery([1, 2, 3, 4], metric: .innerProduct, count: 3), jobs: 2).isEmpty)
  }

  private static let filters = [
    "label = TOTAL", "k exists or x exists", "not k exists", "document contains 'TOTAL' and id >= 'b'",
    "id in (a, ab, 'c#1') or label > 0", "missing exists",
  ]

  /// A collection some of whose records were superseded, patched or deleted, by prefix too, and some wait.
  private func collection(_ source: OperationSource) throws -> VectorReader {
    let test = try TestVectors()
    for _ in 0..<5 {
      let operations = (0..<(10 + source.number(below: 30))).map { _ in source.operation() }
      try test.append(operations, by: source.pick(OperationSource.producers))
      if source.number(below: 2) == 0 { _ = try test.vectors.compact() }
    }
    return try withExtendedLifetime(test) { try test.vectors.readerWithPending() }
  }

  @Test(arguments: 0..<12)
  func `what was superseded, deleted or deleted by prefix is not found, what waits is`(seed: UInt64) throws {
    let reader = try collection(OperationSource(seed: seed))
    for metric in DistanceMetric.allCases {
      for (count, blockByteCount) in [(1, 16), (3, 48), (40, 4 << 20)] {
        let query = VectorQuery([0.5, -1, 2, 0.25], metric: metric, count: count)
        let expected = try compared(reader, query)
        let found = try reader.nearest(query, jobs: 2, blockByteCount: blockByteCount)
        #expect(found.map(\.id) == expected.map(\.id), "seed \(seed), \(metric), \(count)")
        #expect(found.map(\.body) == expected.map(\.body), "seed \(seed), \(metric), \(count)")
      }
    }
  }

  @Test(arguments: 0..<12)
  func `a filter is asked before records are counted among the nearest`(seed: UInt64) throws {
    let reader = try collection(OperationSource(seed: seed))
    for text in NearestTests.filters {
      let filter = try RecordFilter(text)
      for (count, blockByteCount) in [(1, 16), (2, 64), (40, 4 << 20)] {
        let query = VectorQuery([0.5, -1, 2, 0.25], metric: .squaredEuclidean, count: count)
        let expected = try compared(reader, query, where: filter)
        let found = try reader.nearest(query, where: filter, jobs: 2, blockByteCount: blockByteCount)
        #expect(found.map(\.id) == expected.map(\.id), "seed \(seed), \(text), \(count)")
        #expect(found.map(\.body) == expected.map(\.body), "seed \(seed), \(text), \(count)")
      }
    }
  }

  @Test func `of many that are as near those with the least ids are given, wherever they stand`() throws {
    let test = try TestVectors()
    let same = RecordBody(floats: [1, 0, 0, 0])
    for half in [1, 0] {
      let operations = (0..<150).map { RecordOperation.upsert(name(1_000 + 2 * $0 + half), same) }
      try test.append(operations, by: OperationSource.producers[half])
      _ = try test.vectors.compact()
    }
    let reader = try test.vectors.readerWithPending()
    let query = VectorQuery([0, 1, 0, 0], metric: .squaredEuclidean, count: 7)
    for blockByteCount in [16, 400, 4 << 20] {
      let found = try reader.nearest(query, jobs: 2, blockByteCount: blockByteCount)
      #expect(found.map(\.id) == (0..<7).map { name(1_000 + $0) })
      #expect(found.allSatisfy { $0.distance == 2 })
    }
  }

  @Test(arguments: [1, 3, 31, 32, 33, 384, 385])
  func `distances are those of the definition, at every dimension`(dimension: Int) {
    let random = SeededRandomSource(seed: 5)
    func vector() -> [Float] { (0..<dimension).map { _ in Float(Int64(random.next() % 2_001) - 1_000) / 500 } }
    let (query, rows) = (vector(), (0..<9).map { _ in vector() })
    let flat = rows.flatMap(\.self)
    for metric in DistanceMetric.allCases {
      for (found, row) in zip(metric.distances(of: flat.span, from: query), rows) {
        let expected = definition(metric, row.map(Double.init), query.map(Double.init))
        #expect(abs(Double(found) - expected) <= 1e-4 * max(1, abs(expected)), "\(metric), dimension \(dimension)")
      }
    }
  }

  @Test(arguments: [1, 16, 33, 385])
  func `the distance of a vector does not depend on those beside it`(dimension: Int) {
    let random = SeededRandomSource(seed: 6)
    func vector() -> [Float] { (0..<dimension).map { _ in Float(Int64(random.next() % 2_001) - 1_000) / 512 } }
    let (query, row) = (vector(), vector())
    for metric in DistanceMetric.allCases {
      let alone = metric.distances(of: row.span, from: query)[0]
      for count in 2...9 {
        let rows = (0..<count).flatMap { _ in row }
        let distances = metric.distances(of: rows.span, from: query)
        #expect(distances == [Float](repeating: alone, count: count), "\(metric), dimension \(dimension)")
      }
    }
  }

  private func definition(_ metric: DistanceMetric, _ row: [Double], _ query: [Double]) -> Double {
    func product(_ left: [Double], _ right: [Double]) -> Double { zip(left, right).reduce(0) { $0 + $1.0 * $1.1 } }
    switch metric {
    case .squaredEuclidean: return zip(row, query).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    case .innerProduct: return 1 - product(row, query)
    case .cosine:
      let lengths = (product(row, row) * product(query, query)).squareRoot()
      return lengths > 0 ? 1 - product(row, query) / lengths : 1
    }
  }
}
