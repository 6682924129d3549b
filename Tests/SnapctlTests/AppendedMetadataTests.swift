import Foundation
import SnapshotEngine
import Testing

@Suite struct `Metadata of records that are appended together` {
  @Test func `that no object can hold is refused, whatever the record before had under the same keys`() async throws {
    let program = try Program()
    #expect(try program("init").status == 0)
    let engine = try await SnapshotEngine.open("\(program.folder.path)/store")
    await #expect(throws: EngineError.self) {
      try await engine.append(
        [
          .put(VectorRecord(id: "a", vector: [0], metadata: ["x": .number(1)])),
          .put(VectorRecord(id: "b", vector: [0], metadata: ["x": .number(.nan)])),
        ], to: "words")
    }
  }

  @Test func `keeps the bytes of its keys, even of those that equal the record before's as text`() async throws {
    let program = try Program()
    #expect(try program("init").status == 0)
    let engine = try await SnapshotEngine.open("\(program.folder.path)/store")
    let keys = [";", "\u{37e}", ";", "\u{e9}", "e\u{301}"]
    try await engine.append(
      keys.enumerated().map { number, key in
        .put(VectorRecord(id: "r/\(number)", vector: [0], metadata: [key: .integer(1)]))
      }, to: "words")
    let words = try await engine.vectors("words")
    for (number, key) in keys.enumerated() {
      let found = try words.record("r/\(number)")?.metadata.keys.map { Array($0.utf8) }
      #expect(found == [Array(key.utf8)])
    }
  }

  @Test func `is each record's own, where its keys are those of the record before, fewer, more or others`() async throws
  {
    let program = try Program()
    #expect(try program("init").status == 0)
    let engine = try await SnapshotEngine.open("\(program.folder.path)/store")
    let all: [[String: MetadataItem]] = [
      ["b": .integer(1), "a": .string("x"), "c": .boolean(true)],
      ["c": .boolean(false), "b": .integers([]), "a": .string("y")],
      ["a": .string("z")], [:], ["a": .number(0.5)], ["d": .integer(2)], ["d": .integer(3)],
    ]
    try await engine.append(
      all.enumerated().map { .put(VectorRecord(id: "r/\($0)", vector: [0], metadata: $1)) }, to: "words")
    let words = try await engine.vectors("words")
    for (number, metadata) in all.enumerated() {
      var expected = metadata
      // Of an array without elements only that is stored.
      if case .integers([])? = expected["b"] { expected["b"] = .strings([]) }
      #expect(try words.record("r/\(number)")?.metadata == expected)
    }
  }
}
