import Catalog
import DirectoryCatalog
import FileTier
import Foundation
import ObjectTier
import Primitives
import RecordSamples
import SnapshotFormat
import SnapshotStore
import Testing
import VectorCollections

/// A collection of vectors in a store of its own, in a directory that goes with the test.
final class TestVectors {
  let path: String
  let vectors: VectorStore
  let origin: MeteredTier
  let clock = SystemClock()

  init(_ change: (inout VectorStore.Settings) -> Void = { _ in }) throws {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent("vectors-\(SystemRandomSource().next())")
    let directory = root.appendingPathComponent("store")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    path = root.path
    let commits = CommitSettings(clock: clock, wallClock: clock, random: SystemRandomSource())
    origin = MeteredTier(
      try FileObjectTier.open(
        path + "/store", options: FileObjectTier.Options(role: .origin), random: SystemRandomSource()))
    let identity = StoreIdentity(
      identifier: UniqueName(random: SystemRandomSource()), catalog: .directory, created: clock.now())
    _ = try StoreObject.create(identity, in: origin, settings: commits, deadline: .never)
    let store = SnapshotStore(
      identity: identity, tier: origin, catalog: DirectoryCatalog(origin), limits: StoreLimits(), settings: commits)
    var settings = VectorStore.Settings(temporaryDirectory: path + "/tmp")
    change(&settings)
    vectors = VectorStore(store, CollectionName("words")!, settings: settings)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  @discardableResult
  func append(_ operations: [RecordOperation], by producer: ProducerName, run: String = "", expected: UInt64 = 0)
    throws -> ObjectKey?
  {
    var request = AppendRequest(producer: producer, operations: operations)
    request.run = run
    request.expected = expected
    guard case .appended(let key, _, _) = try vectors.append(request) else { return nil }
    return key
  }

  /// The operations of a delta as they were stamped.
  func stamped(_ key: ObjectKey, by producer: ProducerName) throws -> [(ProducerName, StampedOperation)] {
    let bytes = try origin.read(key, limit: DeltaLimits.byteCount)
    var reader = try DeltaReader(bytes.rawSpan, named: key)
    var operations: [(ProducerName, StampedOperation)] = []
    while let batch = try reader.next() { operations += batch.map { (producer, $0) } }
    return operations
  }

  func records(_ reader: VectorReader) throws -> [RecordName: RecordBody] {
    var records: [RecordName: RecordBody] = [:]
    try reader.scan { record throws(StoreError) in
      records[record.id] = record.body
      return true
    }
    return records
  }

  /// One byte of an object is another one now.
  func damage(_ key: ObjectKey, at offset: Int) throws {
    let file = "\(path)/store/\(key.string)"
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    bytes[offset] ^= 1
    try Data(bytes).write(to: URL(fileURLWithPath: file))
  }
}

@Suite struct VectorStoreTests {
  private let producers = OperationSource.producers

  private func upserts(_ source: OperationSource) -> [RecordOperation] {
    (0..<300).map { .upsert(RecordName("IMAGE#\($0 % 30)#WORD#\($0)")!, source.body()) }
  }

  @Test func `what three producers append twice over reads back like a dictionary`() throws {
    let test = try TestVectors()
    let source = OperationSource(seed: 7)
    let records = upserts(source)
    var log: [(ProducerName, StampedOperation)] = []
    for round in 0..<2 {
      for producer in producers {
        let key = try #require(try test.append(records, by: producer, run: "run-\(round)", expected: 900))
        log += try test.stamped(key, by: producer)
      }
      let before = try test.vectors.readerWithPending()
      #expect(try test.records(before) == replayed(log))
      let result = try test.vectors.compact()
      #expect(!result.isUnchanged && result.deltas.count == 3 && result.quarantined.isEmpty)
      #expect(result.row?.version == UInt64(round + 1) && result.row?.recordCount == 300)
    }
    let changes: [RecordOperation] = [
      .delete(RecordName("IMAGE#1#WORD#1")!), .deletePrefix(RecordName("IMAGE#2#")!),
      .patch(RecordName("IMAGE#3#WORD#3")!, source.fields(removals: true, atLeast: 1)),
      .patchPrefix(RecordName("IMAGE#4")!, source.fields(removals: true, atLeast: 1)),
      .upsert(RecordName("IMAGE#2#WORD#2")!, source.body()), .delete(RecordName("nowhere")!),
    ]
    log += try test.stamped(try #require(try test.append(changes, by: producers[0])), by: producers[0])
    let expected = replayed(log)
    #expect(try test.records(try test.vectors.readerWithPending()) == expected)
    let row = try #require(try test.vectors.compact().row)
    #expect(row.recordCount == UInt64(expected.count))
    let reader = try test.vectors.reader(row)
    #expect(try test.records(reader) == expected)
    for (id, body) in expected {
      #expect(try reader.get(id) == body)
      let bits = try reader.withVector(id) { floats in floats.indices.map { floats[$0].bitPattern } }
      #expect(bits == body.floats.map(\.bitPattern))
    }
    #expect(try reader.get(RecordName("IMAGE#1#WORD#1")!) == nil)
    let under = try reader.scan(prefix: RecordName("IMAGE#2#")!) { _ in true }
    #expect(under == 1)
    #expect(try test.vectors.compact().isUnchanged)
    let balance = try test.vectors.reconcile()
    #expect(balance.reconciles, "\(balance)")
    #expect(balance.runs.map(\.appended) == [6, 900, 900])
    let verified = try Verifier(test.vectors.store, tier: test.origin, level: .full) { _ in
      Issue.record("the store is damaged")
    }.run(.store)
    #expect(verified.damaged == 0)
  }

  @Test func `a damaged delta is set aside and the rest goes on`() throws {
    let test = try TestVectors()
    let records = upserts(OperationSource(seed: 8))
    var log: [(ProducerName, StampedOperation)] = []
    for (index, piece) in [records[..<100], records[100..<200], records[200...]].enumerated() {
      let key = try #require(try test.append(Array(piece), by: producers[0]))
      if index == 1 { try test.damage(key, at: 600) } else { log += try test.stamped(key, by: producers[0]) }
    }
    let last = try #require(try test.append(Array(records[..<10]), by: producers[1]))
    try test.damage(last, at: 0)
    let result = try test.vectors.compact()
    #expect(result.quarantined.map(\.sequence).sorted() == [1, 2])
    let row = try #require(result.row)
    #expect(try test.records(try test.vectors.reader(row)) == replayed(log))
    let listing = try test.vectors.deltas()
    #expect(listing.pending.isEmpty && listing.quarantined.count == 2)
    #expect(listing.compacted == [producers[0]: 3])
    #expect(try test.vectors.reconcile().reconciles)
    log += try test.stamped(try #require(try test.append(Array(records[..<10]), by: producers[1])), by: producers[1])
    let next = try #require(try test.vectors.compact().row)
    #expect(next.version == 2)
    #expect(try test.records(try test.vectors.reader(next)) == replayed(log))
  }

  @Test func `deltas that all have to be set aside make no version`() throws {
    let test = try TestVectors()
    let records = Array(upserts(OperationSource(seed: 9))[..<50])
    try test.damage(try #require(try test.append(records, by: producers[0])), at: 600)
    let result = try test.vectors.compact()
    #expect(result.isUnchanged && result.row == nil && result.quarantined.count == 1)
    #expect(try test.vectors.deltas().quarantined.count == 1)
    #expect(try test.vectors.compact().quarantined.isEmpty)
  }
}
