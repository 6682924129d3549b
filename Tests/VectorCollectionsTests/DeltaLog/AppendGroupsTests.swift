import ObjectTier
import Primitives
import SnapshotFormat
import Testing
import VectorCollections

struct AppendGroupsTests {
  private struct Ticket: Identifiable {
    let id: Int
  }

  private typealias Groups = AppendGroups<Ticket>

  private func line(_ producer: String, run: String = "") -> Groups.Line {
    Groups.Line(collection: CollectionName("words")!, producer: ProducerName(producer)!, run: run, expected: 0)
  }

  private func groups(bytes: Int = 100, operations: Int = 10) -> Groups {
    var limits = Groups.Limits()
    (limits.byteCount, limits.operationCount) = (bytes, operations)
    return Groups(limits: limits)
  }

  private func join(
    _ groups: inout Groups, _ line: Groups.Line, _ id: Int, byteCount: Int = 1, operationCount: Int = 1
  ) -> Bool {
    groups.join(line, Ticket(id: id), byteCount: byteCount, operationCount: operationCount)
  }

  private func withdraw(_ groups: inout Groups, _ line: Groups.Line, _ id: Int) -> Bool { groups.withdraw(line, id) }

  private func identifiers(_ groups: inout Groups, _ line: Groups.Line) -> [Int]? {
    groups.next(line)?.map(\.id)
  }

  @Test func `those that come while a delta is written share the next, in their order`() {
    var (groups, line) = (groups(), line("p"))
    #expect(join(&groups, line, 0))
    #expect(identifiers(&groups, line) == [0])
    for id in 1...3 { #expect(!join(&groups, line, id)) }
    #expect(identifiers(&groups, line) == [1, 2, 3])
    #expect(identifiers(&groups, line) == nil)
    #expect(join(&groups, line, 4), "the line is free again")
  }

  @Test func `a group holds no more than a delta does, and never nothing`() {
    var (groups, line) = (groups(), line("p"))
    for (id, size) in [60, 50, 30, 500, 10].enumerated() {
      _ = join(&groups, line, id, byteCount: size)
    }
    #expect(identifiers(&groups, line) == [0])
    #expect(identifiers(&groups, line) == [1, 2])
    #expect(identifiers(&groups, line) == [3])
    for id in 5..<9 { _ = join(&groups, line, id, operationCount: 4) }
    #expect(identifiers(&groups, line) == [4, 5, 6])
  }

  @Test func `work of different producers and runs is never mixed`() {
    var groups = groups()
    let lines = [line("p"), line("q"), line("p", run: "r")]
    for (id, line) in lines.enumerated() {
      #expect(join(&groups, line, id))
    }
    #expect(lines.map { identifiers(&groups, $0) } == [[0], [1], [2]])
  }

  @Test func `who withdraws in time is not written, later it is too late`() {
    var (groups, line) = (groups(), line("p"))
    for id in 0..<3 { _ = join(&groups, line, id) }
    #expect(withdraw(&groups, line, 1))
    #expect(!withdraw(&groups, line, 1))
    #expect(identifiers(&groups, line) == [0, 2])
    #expect(!withdraw(&groups, line, 2))
  }

  @Test func `a group is one delta, and who cannot be stored is refused alone`() throws {
    let test = try TestVectors()
    let producer = ProducerName("p")!
    let requests = [[1], [2], [3, 4], [5]].enumerated().map { number, floats in
      AppendRequest(
        producer: producer,
        operations: [.upsert(RecordName("r\(number)")!, RecordBody(floats: floats.map { Float($0) }))])
    }
    let outcomes = test.vectors.append(together: requests)
    let keys = outcomes.compactMap { try? $0.get().appendedKey }
    #expect(keys == Array(repeating: .delta(test.vectors.collection, producer, sequence: 1), count: 3))
    guard case .failure(.log(.refused(let reason))) = outcomes[2] else { throw Unexpected() }
    #expect(reason == "r2: 2 dimensions where the collection has 1")
    #expect(try test.records(test.vectors.readerWithPending()).count == 3)
    #expect(try test.vectors.deltas().pending.map(\.tail.footer.counts.total) == [3])
    let none = test.vectors.append(together: [requests[2]])
    guard case .failure(.log(.refused)) = none[0] else { throw Unexpected() }
  }

  private struct Unexpected: Error {}
}
