import Catalog
import DirectoryCatalog
import Primitives
import SnapshotFormat
import SnapshotStore
import Testing
import VectorCollections

/// What is appended after a version was made is later than all that is in it (formats/delta.md §2).
struct AppendClockTests {
  private struct Behind: WallClock {
    let milliseconds: Int64
    func now() -> Timestamp { Timestamp(milliseconds: SystemClock().now().milliseconds - milliseconds) }
  }

  private let test: TestVectors
  private let id = RecordName("a")!

  init() throws {
    test = try TestVectors()
    try test.append([.upsert(id, RecordBody(floats: [1]))], by: ProducerName("right")!)
    _ = try test.vectors.compact()
  }

  /// The collection as a process has it whose clock is behind.
  private func vectors(behind milliseconds: Int64) -> VectorStore {
    let store = test.vectors.store
    let settings = CommitSettings(
      clock: SystemClock(), wallClock: Behind(milliseconds: milliseconds), random: SystemRandomSource())
    return VectorStore(
      SnapshotStore(
        identity: store.identity, tier: test.origin, catalog: DirectoryCatalog(test.origin), limits: store.limits,
        settings: settings),
      test.vectors.collection, settings: VectorStore.Settings(temporaryDirectory: test.path + "/other"))
  }

  private func append(
    _ operation: RecordOperation, behind milliseconds: Int64, by producer: String = "behind"
  ) throws {
    let request = AppendRequest(producer: ProducerName(producer)!, operations: [operation])
    _ = try vectors(behind: milliseconds).append(request)
  }

  @Test func `who is further behind than is allowed is refused, and nothing is written`() throws {
    do throws(AppendError) {
      let request = AppendRequest(producer: ProducerName("behind")!, operations: [.delete(id)])
      _ = try vectors(behind: 3_600_000).append(request)
      Issue.record("it was appended")
    } catch {
      guard case .log(.clockAhead(let milliseconds)) = error else { throw error }
      #expect(abs(milliseconds - 3_600_000) < 60_000)
    }
    #expect(try test.vectors.deltas().pending.isEmpty)
  }

  @Test func `one whose clock is as far ahead as a compaction allows shuts out none that is a little behind`() throws {
    try append(.upsert(id, RecordBody(floats: [2])), behind: -297_000, by: "ahead")
    #expect(try test.vectors.compact().deltas.count == 1)
    try append(.upsert(id, RecordBody(floats: [3])), behind: 20_000)
    let result = try test.vectors.compact()
    #expect(result.deltas.map(\.superseded) == [0])
    #expect(try test.vectors.reader(try #require(result.row)).get(id)?.floats == [3])
  }

  @Test func `an update by a clock that is behind takes the place of what is compacted`() throws {
    try append(.upsert(id, RecordBody(floats: [2])), behind: 120_000)
    #expect(try test.vectors.readerWithPending().get(id)?.floats == [2])
    let result = try test.vectors.compact()
    #expect(result.deltas.map(\.superseded) == [0])
    #expect(try test.vectors.reader(try #require(result.row)).get(id)?.floats == [2])
  }

  @Test func `a delete by a clock that is behind deletes what is compacted, and stays so`() throws {
    try append(.delete(id), behind: 120_000)
    #expect(try test.vectors.readerWithPending().get(id) == nil)
    let row = try #require(try test.vectors.compact().row)
    #expect(row.recordCount == 0)
    try append(.upsert(id, RecordBody(floats: [3])), behind: 200_000)
    #expect(try test.vectors.readerWithPending().get(id)?.floats == [3])
    #expect(try test.vectors.compact().row?.recordCount == 1)
  }
}
