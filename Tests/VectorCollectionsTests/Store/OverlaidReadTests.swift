import Primitives
import RecordSamples
import SnapshotFormat
import Testing
import VectorCollections

/// Reading where several segments lie over each other: vectors alone come by another way than records.
struct OverlaidReadTests {
  private static let seeds: [UInt64] = [1, 2, 3, 4, 5, 6]

  /// Many small compactions of overwritten, deleted, patched and new records, of three producers.
  private func filled(_ source: OperationSource, withPrefixes: Bool) throws -> TestVectors {
    let test = try TestVectors { $0.plan.segmentDepth = 6 }
    let ids = (0..<400).map { RecordName("IMAGE#\($0 % 20)#WORD#\($0)")! }
    for round in 0..<14 {
      var operations: [RecordOperation] = (0..<40).map { _ in
        let id = source.pick(ids)
        return switch source.number(below: 8) {
        case 0: .delete(id)
        case 1: .patch(id, source.fields(removals: true, atLeast: 1))
        default: .upsert(id, source.body())
        }
      }
      if withPrefixes, round % 3 == 2 { operations.append(.deletePrefix(RecordName("IMAGE#\(round)#")!)) }
      try test.append(operations, by: OperationSource.producers[round % 3])
      if round < 13 { _ = try test.vectors.compact() }
    }
    return test
  }

  @Test(arguments: seeds, [false, true])
  func `a scan of vectors and each look-up give what the records say`(seed: UInt64, withPrefixes: Bool) throws {
    let test = try filled(OperationSource(seed: seed), withPrefixes: withPrefixes)
    let reader = try test.vectors.readerWithPending()
    let expected = try test.records(reader)
    #expect(expected.count > 50, "seed \(seed)")
    var scanned: [String: [UInt32]] = [:]
    var last = ""
    let count = try reader.scanVectors { id, vector in
      let name = String(decoding: id.indices.map { id[$0] }, as: UTF8.self)
      #expect(last.utf8.lexicographicallyPrecedes(name.utf8), "seed \(seed)")
      last = name
      scanned[name] = vector.indices.map { vector[$0].bitPattern }
      return true
    }
    #expect(Int(count) == expected.count && scanned.count == expected.count, "seed \(seed)")
    for (id, body) in expected {
      let bits = body.floats.map(\.bitPattern)
      #expect(scanned[id.string] == bits, "seed \(seed), \(id)")
      let found = try reader.withVector(id) { vector in vector.indices.map { vector[$0].bitPattern } }
      #expect(found == bits, "seed \(seed), \(id)")
    }
    for number in 0..<400 {
      let id = RecordName("IMAGE#\(number % 20)#WORD#\(number)")!
      guard expected[id] == nil else { continue }
      #expect(try reader.withVector(id) { $0.count } == nil, "seed \(seed), \(id)")
    }
    #expect(try test.vectors.compact().row?.recordCount == UInt64(expected.count), "seed \(seed)")
  }
}
