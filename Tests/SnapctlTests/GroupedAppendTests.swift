import Foundation
import SnapshotEngine
import Testing

@Suite struct `Appends of one process` {
  @Test func `that come together share deltas, and each record is there once`() async throws {
    let program = try Program()
    #expect(try program("init").status == 0)
    let engine = try await SnapshotEngine.open("\(program.folder.path)/store")
    try await engine.append([.put(VectorRecord(id: "first", vector: [0, 0]))], to: "words")
    let appended = try await withThrowingTaskGroup(of: Appended.self) { group in
      for number in 0..<200 {
        group.addTask {
          try await engine.append([.put(VectorRecord(id: "r/\(number)", vector: [Float(number), 1]))], to: "words")
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(appended.allSatisfy { $0.operations == 1 && $0.deltas.map(\.outcome) == [.appended] })
    let pending = try await engine.deltas(of: "words")
    #expect(pending.reduce(0) { $0 + ($1.operations ?? 0) } == 201)
    // Each delta is one sync; while the first is written, others come.
    #expect(pending.count < 201)
    let sequences = Set(appended.flatMap(\.deltas).map(\.sequence))
    #expect(sequences == Set(2...UInt64(pending.count)))
    let compacted = try await engine.compact("words")
    #expect(compacted.snapshot?.records == 201 && compacted.superseded == 0)
  }

  @Test func `one that cannot be stored fails alone, one that is cancelled is there whole or not at all`() async throws
  {
    let program = try Program()
    #expect(try program("init").status == 0)
    let engine = try await SnapshotEngine.open("\(program.folder.path)/store")
    try await engine.append([.put(VectorRecord(id: "first", vector: [0, 0]))], to: "words")
    let failed = await withTaskGroup(of: Int?.self) { group in
      for number in 0..<40 {
        group.addTask {
          let vector = number % 4 == 0 ? [1] : [Float(number), 1]
          do {
            try await engine.append([.put(VectorRecord(id: "r/\(number)", vector: vector))], to: "words")
            return nil
          } catch { return number }
        }
      }
      return await group.reduce(into: [Int]()) { if let number = $1 { $0.append(number) } }
    }
    #expect(failed.sorted() == (0..<10).map { $0 * 4 })
    let tasks = (0..<20).map { number in
      Task { try await engine.append([.put(VectorRecord(id: "c/\(number)", vector: [1, 1]))], to: "words") }
    }
    for number in stride(from: 0, to: 20, by: 2) { tasks[number].cancel() }
    var done: Set<String> = []
    for (number, task) in tasks.enumerated() {
      if case .success = await task.result { done.insert("c/\(number)") }
    }
    let words = try await engine.vectors("words")
    var found: Set<String> = []
    _ = try words.scan(prefix: "c/") {
      found.insert($0.id)
      return true
    }
    #expect(found == done)
  }
}
