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

  /// What a compaction of changed records asks for.
  private func read(changing numbers: [Int]) throws -> (requests: Int, bytes: UInt64) {
    let test = try TestVectors()
    try append(Array(0..<20_000), to: test)
    _ = try test.vectors.compact()
    try append(numbers, to: test)
    let before = test.origin.counters
    let compacted = try test.vectors.compact()
    #expect(compacted.row?.version == 2)
    let after = test.origin.counters
    return (after.requests - before.requests, after.bytesRead - before.bytesRead)
  }

  @Test func `a compaction of many records asks for the names of a segment at once, not chunk by chunk`() throws {
    let one = try read(changing: [0]).requests
    let many = try read(changing: (0..<500).map { $0 * 40 }).requests
    #expect(many <= one, "\(many) requests for 500 records, \(one) for one")
  }

  @Test func `names that no record lies near are not asked for`() throws {
    // All of one image, and as many all over the collection.
    let near = try read(changing: Array(10_000..<10_100))
    let far = try read(changing: (0..<100).map { $0 * 200 })
    #expect(near.bytes < far.bytes * 2 / 3, "\(near.bytes) bytes, \(far.bytes) of records that lie apart")
  }
}
