import Foundation
import ObjectTier
import Primitives
import SnapshotFormat
import SnapshotStore
import Testing
import VectorCollections

/// formats/head.md §6
@Suite struct RetryTests {
  private let test: TestVectors
  private let producer = ProducerName("p")!

  init() throws {
    test = try TestVectors()
  }

  /// Deltas 1, 2, 3 of one record each; the second is damaged and set aside, the others are compacted.
  private func withOneSetAside() throws -> ObjectKey {
    let keys = try ["a", "b", "c"].map { id in
      let body = RecordBody(floats: [1], document: UTF8Text(id))
      return try #require(try test.append([.upsert(RecordName(id)!, body)], by: producer, run: "run", expected: 3))
    }
    try test.damage(keys[1], at: 400)
    let result = try test.vectors.compact()
    #expect(result.quarantined.map(\.sequence) == [2] && result.deltas.map(\.sequence) == [1, 3])
    return keys[1]
  }

  private func ids() throws -> [String] {
    try test.records(try test.vectors.readerWithPending()).keys.map(\.string).sorted()
  }

  private func refusal(_ sequence: UInt64) -> RetryError? {
    do throws(RetryError) { try test.vectors.retry(producer, sequence: sequence) } catch { return error }
    return nil
  }

  @Test func `a delta that is still damaged is not put back, and nothing changes`() throws {
    _ = try withOneSetAside()
    let before = try test.vectors.store.head(of: test.vectors.collection).revision
    guard case .unusable(let reason) = refusal(2) else { throw StoreError.invalid("it was put back") }
    #expect(!reason.isEmpty)
    #expect(try test.vectors.store.head(of: test.vectors.collection).revision == before)
  }

  @Test func `a delta that is not set aside is not put back`() throws {
    _ = try withOneSetAside()
    for sequence in [1, 3, 9] as [UInt64] {
      guard case .notQuarantined = refusal(sequence) else { throw StoreError.invalid("\(sequence) was put back") }
    }
  }

  @Test func `a mended delta is taken though its line has gone on, and everything is accounted for`() throws {
    let key = try withOneSetAside()
    try test.damage(key, at: 400)
    #expect(try ids() == ["a", "c"])
    try test.vectors.retry(producer, sequence: 2)
    try test.vectors.retry(producer, sequence: 2)
    #expect(try ids() == ["a", "b", "c"], "what waits is seen")
    let waiting = try test.vectors.deltas()
    #expect(waiting.pending.map(\.reference.sequence) == [2] && waiting.quarantined.isEmpty)
    #expect(try test.vectors.reconcile().runs.first?.pending == 1)
    let result = try test.vectors.compact()
    #expect(result.deltas.map(\.sequence) == [2] && result.row?.recordCount == 3)
    let after = try test.vectors.deltas()
    #expect(after.pending.isEmpty && after.quarantined.isEmpty && after.compacted == [producer: 3])
    #expect(try test.vectors.store.head(of: test.vectors.collection).quarantine.isEmpty)
    let account = try test.vectors.reconcile()
    #expect(account.reconciles && account.runs.first?.applied == 3, "\(account)")
    #expect(try test.vectors.compact().isUnchanged)
    let next = try test.append([.delete(RecordName("a")!)], by: producer)
    #expect(next == .delta(test.vectors.collection, producer, sequence: 4))
  }

  @Test func `what is taken late changes nothing that came later`() throws {
    let old = RecordBody(floats: [1], document: "old")
    let key = try #require(try test.append([.upsert(RecordName("a")!, old)], by: producer))
    try test.append([.upsert(RecordName("a")!, RecordBody(floats: [2], document: "new"))], by: producer)
    try test.damage(key, at: 400)
    _ = try test.vectors.compact()
    try test.damage(key, at: 400)
    try test.vectors.retry(producer, sequence: 1)
    let result = try test.vectors.compact()
    #expect(result.deltas.map(\.superseded) == [1])
    #expect(try test.vectors.reader(try #require(result.row)).get(RecordName("a")!)?.document == "new")
  }

  @Test func `a delta that is damaged again before it is taken is set aside again`() throws {
    let key = try withOneSetAside()
    try test.damage(key, at: 400)
    try test.vectors.retry(producer, sequence: 2)
    try test.damage(key, at: 400)
    let result = try test.vectors.compact()
    #expect(result.isUnchanged && result.quarantined.map(\.sequence) == [2])
    #expect(try test.vectors.deltas().quarantined.map(\.sequence) == [2])
    try test.damage(key, at: 400)
    try test.vectors.retry(producer, sequence: 2)
    try FileManager.default.removeItem(atPath: "\(test.path)/store/\(key.string)")
    let gone = try test.vectors.compact().quarantined
    #expect(gone.first?.reason.contains("not there any more") == true, "\(gone)")
  }
}
