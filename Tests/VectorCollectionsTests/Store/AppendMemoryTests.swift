import ObjectTier
import Primitives
import SnapshotFormat
import SnapshotStore
import Testing
import VectorCollections

/// formats/delta.md §7: what a process remembers saves reading, and decides nothing.
struct AppendMemoryTests {
  private let producer = ProducerName("p")!

  private func work(_ number: Int) -> [RecordOperation] {
    [.upsert(RecordName("r\(number)")!, RecordBody(floats: [Float(number)]))]
  }

  /// The same collection as another process has it, which knows nothing of what this one did.
  private func stranger(_ test: TestVectors) -> VectorStore {
    var settings = test.vectors.settings
    settings.memory = AppendMemory()
    return VectorStore(test.vectors.store, test.vectors.collection, settings: settings)
  }

  private func key(_ test: TestVectors, _ sequence: UInt64) -> ObjectKey {
    .delta(test.vectors.collection, producer, sequence: sequence)
  }

  @Test func `an append after one's own reads nothing: it probes and creates`() throws {
    let test = try TestVectors()
    try test.append(work(1), by: producer)
    let before = test.origin.counters
    #expect(try test.append(work(2), by: producer) == key(test, 2))
    let spent = test.origin.counters - before
    #expect(spent.requests == 5 && spent.bytesRead == 0, "\(spent)")
  }

  @Test func `what another process appended meanwhile is found, and followed`() throws {
    let test = try TestVectors()
    try test.append(work(1), by: producer)
    _ = try stranger(test).append(AppendRequest(producer: producer, operations: work(2)))
    #expect(try test.append(work(3), by: producer) == key(test, 3))
    #expect(try test.vectors.compact().deltas.count == 3)
    #expect(try test.records(test.vectors.readerWithPending()).count == 3)
  }

  @Test func `a number that was lost, with another behind it, is not taken again`() throws {
    let test = try TestVectors()
    try test.append(work(1), by: producer)
    for number in 2...3 {
      _ = try stranger(test).append(AppendRequest(producer: producer, operations: work(number)))
    }
    try test.origin.remove(key(test, 2))
    #expect(try test.append(work(4), by: producer) == key(test, 4))
    #expect(try test.vectors.deltas().gaps.isEmpty == false)
  }

  @Test func `deltas that another process compacted, and that are gone, are counted on`() throws {
    let test = try TestVectors()
    try test.append(work(1), by: producer)
    _ = try stranger(test).append(AppendRequest(producer: producer, operations: work(2)))
    _ = try stranger(test).compact()
    for sequence: UInt64 in 1...2 { try test.origin.remove(key(test, sequence)) }
    #expect(try test.append(work(3), by: producer) == key(test, 3))
    let result = try test.vectors.compact()
    #expect(result.deltas.count == 1 && result.quarantined.isEmpty && result.row?.recordCount == 3)
  }
}
