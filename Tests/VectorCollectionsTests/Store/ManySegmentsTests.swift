import Primitives
import SnapshotFormat
import SnapshotStore
import Testing
import VectorCollections

/// A collection that has more small segments side by side than one merge takes.
struct ManySegmentsTests {
  private func records(_ count: Int) -> [RecordOperation] {
    (0..<count).map { .upsert(RecordName("\(1_000 + $0)")!, RecordBody(floats: [Float($0)])) }
  }

  private func segmentCount(_ vectors: VectorStore, _ row: VersionRow) throws -> Int {
    Int(try vectors.store.manifest(row).root.totals.files)
  }

  @Test func `compactions merge them, as many at a time as they can`() throws {
    let test = try TestVectors { $0.segmentByteCountAim = 1 }
    try test.append(records(300), by: ProducerName("p")!)
    var row = try #require(try test.vectors.compact().row)
    #expect(try segmentCount(test.vectors, row) == 300)
    let settings = VectorStore.Settings(temporaryDirectory: test.path + "/other")
    let vectors = VectorStore(test.vectors.store, test.vectors.collection, settings: settings)
    var counts: [Int] = []
    for number in 0..<2 {
      try test.append([.upsert(RecordName("2\(number)")!, RecordBody(floats: [1]))], by: ProducerName("p")!)
      row = try #require(try vectors.compact().row)
      counts.append(try segmentCount(vectors, row))
    }
    #expect(counts == [46, 1])
    #expect(try test.records(try vectors.reader(row)).count == 302 && row.recordCount == 302)
  }
}
