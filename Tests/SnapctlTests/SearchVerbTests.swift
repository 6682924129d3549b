import Foundation
import Testing

@Suite struct SearchVerbTests {
  @Test(arguments: ["[1]", "[1,2,3]", "[1,null]", "{}", "[", "", "abc", "[1e39,0]"])
  func `what is no vector of the collection is refused`(text: String) throws {
    let run = try Program.withRecords()("search", "words", "--vector", "-", input: text)
    #expect(run.status == 2 && run.output.isEmpty, "\(text): \(run.errors)")
  }

  @Test func `search gives the nearest first, with their distances, before and after compaction alike`() throws {
    let program = try Program.withRecords()
    let arguments = ["search", "words", "--vector", "-", "-k", "2", "--json"]
    let run = try program.run(arguments, input: "[3, 0]")
    #expect(run.status == 0, "\(run.errors)")
    let objects = try run.objects()
    expect(objects[0], has: "type id vector metadata document distance")
    #expect(objects.prefix(2).map { $0["id"] as? String } == ["b/1", "a/2"])
    #expect(objects[1]["distance"] as? Double == 1.0625)
    expect(objects[2], has: "type collection queries count vectorBytes seconds")
    #expect(try program("compact", "words").status == 0)
    let after = try program.run(arguments, input: "[3, 0]").objects().prefix(2)
    #expect(after.map { $0["id"] as? String } == ["b/1", "a/2"])
    let chosen = try program(
      "search", "words", "--vector", "-", "--metric", "cosine", "--where", "page >= 1", "--json", input: "[3, 0]")
    #expect(try chosen.objects().compactMap { $0["id"] as? String } == ["a/1", "a/2"])
  }

  @Test func `several queries are answered in turn, and each result tells its query`() throws {
    let program = try Program.withRecords()
    let run = try program.run(
      ["search", "words", "--vector", "-", "-k", "1", "--json"], input: "[3, 0]\n\n[1, 0]\n")
    let objects = try run.objects()
    #expect(objects.map { $0["type"] as? String } == ["record", "answered", "record", "answered", "searched"])
    #expect(objects.map { $0["query"] as? Int } == [1, 1, 2, 2, nil])
    #expect(objects.compactMap { $0["id"] as? String } == ["b/1", "a/1"])
    expect(objects[1], has: "type query count vectorBytes seconds")
    let wrong = try program.run(["search", "words", "--vector", "-"], input: "[3, 0]\n[1, x]\n")
    #expect(wrong.status == 2 && wrong.errors.contains("of vector 2"), "\(wrong.errors)")
  }

  /// As NumPy saves it, with a shape of its own.
  private static func saved(_ floats: [Float], shape: String, type: String = "<f4") -> Data {
    let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(shape)), }"
    let header = text + String(repeating: " ", count: 117 - text.utf8.count) + "\n"
    return Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0]) + Data(header.utf8) + SearchVerbTests.raw(floats)
  }

  private static func raw(_ floats: [Float]) -> Data {
    Data(floats.flatMap { float in (0..<4).map { UInt8(truncatingIfNeeded: float.bitPattern >> UInt32(8 * $0)) } })
  }

  @Test func `a query is a .npy or raw floats just as well`() throws {
    let program = try Program.withRecords()
    func ids(_ data: Data) throws -> [String] {
      try data.write(to: program.folder.appendingPathComponent("query"))
      let run = try program("search", "words", "--vector", "query", "-k", "1", "--json")
      return run.status == 2 ? ["refused"] : try run.objects().compactMap { $0["id"] as? String }
    }
    #expect(try ids(SearchVerbTests.saved([3, 0], shape: "2,")) == ["b/1"])
    #expect(try ids(SearchVerbTests.saved([3, 0, 1, 0], shape: "2, 2")) == ["b/1", "a/1"])
    #expect(try ids(SearchVerbTests.raw([3, 0])) == ["b/1"])
    for refused in [
      SearchVerbTests.saved([3, 0], shape: "3,"), SearchVerbTests.saved([3, 0], shape: "2, 1, 1"),
      SearchVerbTests.saved([3, 0], shape: "2,", type: "<f8"), SearchVerbTests.saved([], shape: "0,"),
      SearchVerbTests.saved([], shape: "9223372036854775807, 3"), SearchVerbTests.saved([3, 0], shape: "2,")[..<20],
      Data([1, 2, 3]), SearchVerbTests.raw([.nan, 0]),
    ] { #expect(try ids(refused) == ["refused"]) }
  }
}
