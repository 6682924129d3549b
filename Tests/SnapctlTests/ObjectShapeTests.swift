import Foundation
import Testing

/// The fields that scripts rely on; there may be more.
@Suite struct `JSON objects` {
  @Test func `created, unchanged and snapshot`() throws {
    let program = try Program.withOneVersion()
    try program.write("two\n", to: "tree/a")
    let created = try program("create", "words", "tree", "--json").last("created")
    expect(
      created,
      has:
        "collection version manifest contentHash unchanged bytesTotal bytesChanged bytesStored chunksNew chunksPatched"
        + " seconds"
    )
    #expect(created["version"] as? Int == 2)
    #expect(created["unchanged"] as? Bool == false)
    let again = try program("create", "words", "tree", "--json").last("created")
    #expect(again["unchanged"] as? Bool == true)
    #expect(again["contentHash"] as? String == created["contentHash"] as? String)
    let snapshot = try program("show", "words@first", "--json").last("snapshot")
    expect(snapshot, has: "collection version manifest contentHash created message tags files records bytes")
    #expect(snapshot["message"] as? String == "hello")
    #expect(snapshot["tags"] as? [String] == ["first"])
    let time = try #require(snapshot["created"] as? String)
    #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
    let hash = try #require(snapshot["contentHash"] as? String)
    #expect(hash.wholeMatch(of: /[0-9a-f]{64}/) != nil)
    #expect(
      try program("hash", "tree", "--json").last("hashed")["contentHash"] as? String == created["contentHash"]
        as? String)
  }

  @Test func `list ends with its summary`() throws {
    let program = try Program.withOneVersion()
    #expect(try program("list", "words", "--json").objects().map { $0["type"] as? String } == ["snapshot", "listed"])
    #expect(try program("list", "--json").objects().map { $0["type"] as? String } == ["snapshot", "listed"])
  }

  @Test func `plan and synced`() throws {
    let program = try Program.withOneVersion()
    let plan = try program("sync", "words", "copy", "--dry-run", "--json").last("plan")
    expect(plan, has: "bytesToRead bytesToWrite requests files steps")
    #expect(!FileManager.default.fileExists(atPath: program.folder.appendingPathComponent("copy").path))
    let synced = try program("sync", "words@1", "copy", "--json").last("synced")
    expect(
      synced,
      has:
        "collection version directory bytesTotal bytesRead bytesWritten requests chunksRead tier localChangesReverted"
        + " seconds"
    )
    #expect(try program.text(of: "copy/a") == "one\n")
    #expect(try program("restore", "words@1", "copy", "--json").last("synced")["bytesWritten"] as? Int == 0)
  }

  @Test func `difference`() throws {
    let program = try Program.withOneVersion()
    try program.write("two\n", to: "tree/a")
    try program.write("new\n", to: "tree/c")
    #expect(try program("create", "words", "tree").status == 0)
    let objects = try program("diff", "words@1", "words@2", "--json").objects()
    expect(objects[0], has: "path change oldBytes newBytes chunksChanged")
    #expect(objects.dropLast().map { $0["path"] as? String } == ["a", "c"])
    #expect(objects.dropLast().map { $0["change"] as? String } == ["changed", "added"])
    #expect(objects.last?["count"] as? Int == 2)
  }

  @Test func `verified`() throws {
    let verified = try Program.withOneVersion()("verify", "--json").last("verified")
    expect(verified, has: "level objects chunks bytes damaged healed seconds")
    #expect(verified["damaged"] as? Int == 0)
  }

  @Test func `error is the last line, and a sentence stands on stderr`() throws {
    let run = try Program.withOneVersion()("show", "words@9", "--json")
    let error = try run.last("error")
    expect(error, has: "code exit message subject advice")
    #expect(error["code"] as? String == "notFound")
    #expect(error["exit"] as? Int == 10)
    #expect(run.errors.hasPrefix("snapctl: words@9: no such version\n"))
  }

  @Test func `a usage error of the parser is an object too`() throws {
    let error = try Program()("create", "--json").last("error")
    #expect(error["code"] as? String == "usage")
    #expect(error["exit"] as? Int == 2)
  }

  @Test func `progress is told as objects on stderr when asked for`() throws {
    let program = try Program.withOneVersion()
    let run = try program("verify", "--progress", "json", "--quiet")
    for line in run.errors.split(separator: "\n") {
      let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      expect(object, has: "type phase bytesDone bytesTotal itemsDone itemsTotal etaSeconds")
    }
  }
}
