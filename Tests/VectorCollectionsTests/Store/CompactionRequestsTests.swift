import ObjectTier
import Primitives
import RecordSamples
import SnapshotFormat
import Testing
import VectorCollections

@Suite struct CompactionRequestsTests {
  private func name(_ number: Int) -> RecordName { RecordName("IMAGE#\(number / 100)#WORD#\(10_000 + number)")! }

  private func append(_ numbers: [Int], to test: TestVectors) throws {
    let operations = numbers.map { number in
      let body = RecordBody(floats: [Float(number), 1], document: UTF8Text("word \(number)"))
      return RecordOperation.upsert(name(number), body)
    }
    try test.append(operations, by: OperationSource.producers[0])
  }

  /// Requests of a compaction of as many changed records.
  private func requests(changing count: Int) throws -> Int {
    let test = try TestVectors()
    try append(Array(0..<20_000), to: test)
    _ = try test.vectors.compact()
    try append((0..<count).map { $0 * 20_000 / count }, to: test)
    let before = test.origin.counters.requests
    let compacted = try test.vectors.compact()
    #expect(compacted.row?.version == 2)
    return test.origin.counters.requests - before
  }

  @Test func `a compaction of many records asks for the names of a segment at once, not chunk by chunk`() throws {
    let (few, many) = (try requests(changing: 1), try requests(changing: 500))
    #expect(many <= few, "\(many) requests for 500 records, \(few) for one")
  }
}
