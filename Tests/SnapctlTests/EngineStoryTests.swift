import Foundation
import Primitives
import SnapshotEngine
import Testing

@Suite struct `The library's story` {
  /// What README.md promises: open, create, sync, append, compact, read.
  @Test func `a store is opened, a directory goes through it, and vectors are read where they lie`() async throws {
    let program = try Program.withOneVersion()
    let folder = program.folder.path

    let engine = try await SnapshotEngine.open("\(folder)/store")
    let created = try await engine.create("models", from: "\(folder)/tree")
    let copy = try await engine.sync("models@\(created.version)", to: "\(folder)/copy")

    let record = VectorRecord(id: "doc/42", vector: [0.5, -1, 2], metadata: ["page": .integer(1)], document: "hello")
    try await engine.append([.put(record)], to: "texts", options: AppendOptions(producer: "worker-1"))
    let compacted = try await engine.compact("texts")
    let texts = try await engine.vectors("texts")
    let sum = try texts.withVector("doc/42") { (vector: Span<Float>) in
      vector.indices.reduce(Float(0)) { $0 + vector[$1] }
    }

    #expect(copy.snapshot.contentHash == created.snapshot.contentHash)
    #expect(compacted.snapshot?.records == 1)
    #expect(sum == 1.5)
    #expect(try texts.record("doc/42") == record)
  }

  @Test func `a synced copy is mapped where it is`() async throws {
    let program = try Program.withOneVersion()
    let engine = try await SnapshotEngine.open("\(program.folder.path)/store")
    let records = (0..<100).map { VectorRecord(id: "doc/\($0)", vector: [Float($0), 1]) }
    try await engine.append(records.map { .put($0) }, to: "texts")
    _ = try await engine.compact("texts")
    let copy = "\(program.folder.path)/texts"
    try await engine.sync("texts@1", to: copy)
    let texts = try await engine.vectors("texts@1", copy: copy)
    #expect(try texts.scan { _ in true } == 100)
    #expect(try texts.withVector("doc/7") { $0[0] } == 7)
    #expect(try texts.withVector("nope") { $0.count } == nil)
  }

  @Test func `a copy whose segment was changed or is gone is read from the store`() async throws {
    let program = try Program.withOneVersion()
    let engine = try await SnapshotEngine.open("\(program.folder.path)/store")
    try await engine.append((0..<100).map { .put(VectorRecord(id: "doc/\($0)", vector: [Float($0)])) }, to: "texts")
    _ = try await engine.compact("texts")
    let copy = "\(program.folder.path)/texts"
    try await engine.sync("texts@1", to: copy)
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: "\(copy)/segments").first)
    let path = "\(copy)/segments/\(name)"
    var bytes = try #require(FileManager.default.contents(atPath: path))
    // A bit of the vectors, which no checksum is asked about when they are read.
    bytes[65_536 + 42] ^= 64
    try FileManager.default.removeItem(atPath: path)
    try bytes.write(to: URL(fileURLWithPath: path))
    for _ in 0..<2 {
      let texts = try await engine.vectors("texts@1", copy: copy)
      for number in 0..<100 { #expect(try texts.withVector("doc/\(number)") { $0[0] } == Float(number)) }
      try? FileManager.default.removeItem(atPath: path)
    }
  }

  @Test func `a stopped engine does nothing more`() async throws {
    let program = try Program.withOneVersion()
    let engine = try await SnapshotEngine.open("\(program.folder.path)/store")
    engine.stop()
    await #expect { try await engine.create("words", from: "\(program.folder.path)/tree") } throws: { error in
      (error as? EngineError)?.code == .interrupted
    }
  }

  @Test(arguments: [
    (Int64(0), "1970-01-01T00:00:00.000Z"), (951_827_696_789, "2000-02-29T12:34:56.789Z"),
    (-1, "1969-12-31T23:59:59.999Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    (.max, "9999-12-31T23:59:59.999Z"), (.min, "0000-01-01T00:00:00.000Z"),
  ])
  func `times are written as RFC 3339`(milliseconds: Int64, text: String) {
    #expect(Timestamp(milliseconds: milliseconds).text == text)
  }

  @Test func `each error code has the exit status of the contract`() {
    let statuses = EngineError.Code.allCases.map(\.exitCode)
    #expect(statuses == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 130])
  }
}
