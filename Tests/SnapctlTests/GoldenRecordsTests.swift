import Foundation
import Testing

/// formats/golden/README.md
@Suite struct GoldenRecordsTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("formats/golden/v1")

  private struct Record: Equatable {
    let id: String
    let vector: [Float]
    let metadata: NSDictionary
    let document: String?

    init?(_ object: [String: Any]) {
      guard let id = object["id"] as? String, let vector = object["vector"] as? [Double],
        let metadata = object["metadata"] as? NSDictionary
      else { return nil }
      self.id = id
      self.vector = vector.map { Float($0) }
      self.metadata = metadata
      document = object["document"] as? String
    }
  }

  private func expected(_ version: String) throws -> [Record] {
    let text = try String(contentsOf: Self.folder.appendingPathComponent("records.jsonl"), encoding: .utf8)
    return try text.split(separator: "\n").compactMap { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return object?["version"] as? String == version ? object.flatMap { Record($0) } : nil
    }
  }

  @Test(arguments: ["typed@1": 9, "typed@2": 7, "typed": 9, "plain": 2])
  func `are read with every type of value, and as deltas of every kind left them`(name: String, count: Int) throws {
    let program = try Program()
    let store = Self.folder.appendingPathComponent("records").path
    let wanted = try expected(name)
    #expect(wanted.count == count)
    let scan = try program("scan", name, "--store", store, "--json")
    #expect(try scan.objects().compactMap { Record($0) } == wanted, "\(scan.errors)")
    let get = try program.run(["get", name] + wanted.map(\.id) + ["--store", store, "--json"])
    #expect(try get.objects().compactMap { Record($0) } == wanted, "\(get.errors)")
  }

  @Test func `tell by run what deltas came to that are no longer listed`() throws {
    let program = try Program()
    let run = try program("reconcile", "sums", "--store", Self.folder.appendingPathComponent("runs").path, "--json")
    // The third run declared more than it brought.
    #expect(run.status == 11)
    let told = try run.objects().compactMap { object -> String? in
      guard let name = object["run"] as? String, object["type"] as? String == "run" else { return nil }
      return "\(name) \(object["applied"] as? Int ?? 0) \(object["superseded"] as? Int ?? 0)"
    }
    #expect(told == ["first 3 1", "second 3 1", "third 2 0"], "\(run.output)")
  }

  @Test func `tell which delta set what, in one segment or another, or waiting`() throws {
    let program = try Program()
    let store = Self.folder.appendingPathComponent("records").path
    let parts = try program("blame", "typed", "img/1#w/1", "--store", store, "--json").objects()
    func told(_ key: String?) -> String? {
      guard let part = parts.first(where: { $0["key"] as? String == key && $0["type"] as? String == "blame" }),
        let producer = part["producer"] as? String, let sequence = part["sequence"] as? Int,
        let run = part["run"] as? String, let action = part["action"] as? String
      else { return nil }
      return "\(action) by \(producer)/\(sequence) in \(run), version \(part["version"] as? Int ?? 0)"
    }
    #expect(told(nil) == "set by worker-1/1 in first, version 1")
    #expect(told("counts") == "set by worker-2/2 in second, version 2")
    #expect(told("text") == "removed by worker-2/2 in second, version 2")
    #expect(told("scores") == "removed by worker-1/2 in third, version 0")
  }
}
