import Foundation
import ObjectTier
import Primitives
import SnapshotFormat
import Testing
import VectorCollections

struct DeltaProbeTests {
  private let test: TestVectors
  private let producers = ["a", "b", "c"].compactMap { ProducerName($0) }

  init() throws {
    test = try TestVectors()
  }

  @discardableResult
  private func append(_ producer: ProducerName) throws -> ObjectKey {
    try #require(try test.append([.upsert(RecordName("x")!, RecordBody(floats: [1]))], by: producer))
  }

  @Test func `what is compacted or set aside does not wait, anything else does`() throws {
    for producer in producers { try append(producer) }
    var probe = DeltaProbe(test.vectors)
    #expect(try probe.isWaiting())
    _ = try test.vectors.compact()
    #expect(try !probe.isWaiting())
    try append(producers[1])
    #expect(try probe.isWaiting())
    _ = try test.vectors.compact()
    let key = try append(producers[2])
    try test.damage(key, at: 400)
    #expect(try test.vectors.compact().quarantined.count == 1)
    #expect(try !probe.isWaiting())
    try append(ProducerName("new")!)
    #expect(try probe.isWaiting())
    _ = try test.vectors.compact()
    try test.damage(key, at: 400)
    try test.vectors.retry(producers[2], sequence: 2)
    #expect(try probe.isWaiting(), "a delta that is to be tried again waits")
    _ = try test.vectors.compact()
    #expect(try !probe.isWaiting())
  }

  @Test func `of a collection that is not there it says so`() throws {
    var probe = DeltaProbe(test.vectors)
    #expect(throws: (any Error).self) { try probe.isWaiting() }
  }
}
