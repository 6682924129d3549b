import Foundation
import Primitives
import SnapshotFormat
import Testing

@Suite struct `Verbs for records` {
  @Test func `records are read before and after compaction alike`() throws {
    let program = try Program.withRecords()
    let before = try program("scan", "words", "--json").output.split(separator: "\n").dropLast()
    let created = try program("compact", "words", "--json").last("created")
    expect(
      created,
      has:
        "collection version manifest contentHash unchanged bytesTotal bytesChanged bytesStored chunksNew chunksPatched"
        + " seconds")
    #expect(created["version"] as? Int == 1)
    #expect(try program("scan", "words", "--json").output.split(separator: "\n").dropLast() == before)
    #expect(try program("scan", "words@1", "--json").objects().count == 4)
    #expect(try program("compact", "words", "--json").last("created")["unchanged"] as? Bool == true)
  }

  @Test func `a compaction says what became of each record, and what waits for one`() throws {
    let program = try Program.withRecords()
    let lines = """
      {"id":"a/1","update":{"page":7}}
      {"id":"nowhere","update":{"page":7}}
      {"prefix":"b/","delete":true}

      """
    #expect(try program("append", "words", "--input", "-", "--producer", "q", input: lines).status == 0)
    let run = try program("compact", "words", "--explain", "--json")
    let objects = try run.objects().dropLast()
    let told = objects.map { object in
      let name = object["id"] as? String ?? "\(object["prefix"] as? String ?? "")…"
      return "\(object["type"] as? String ?? "") \(name) \(object["producer"] as? String ?? "")"
    }
    #expect(
      told == [
        "applied a/1 p", "applied a/1 q", "applied a/2 p", "applied b/… q", "applied b/1 p", "waiting nowhere q",
      ])
    let taken = try #require(try run.last("created")["taken"] as? [[String: Any]])
    #expect(taken.map { $0["waiting"] as? Int } == [0, 1])
    #expect(taken.map { $0["waitingIds"] as? [String] } == [[], ["nowhere"]])
    #expect(run.errors.contains("q 1: changes wait for the records of 1 id: nowhere"), "\(run.errors)")
    #expect(try program("compact", "words", "--explain", "--watch").status == 2)
  }

  @Test func `semantic verification counts the records of each version, and finds what is told wrongly`() throws {
    let program = try Program.withRecords()
    #expect(try program("compact", "words").status == 0)
    let sound = try program("verify", "--level", "semantic", "--json")
    #expect(try sound.status == 0 && sound.last("verified")["level"] as? String == "semantic", "\(sound.output)")
    try tellOneRecordMore(program)
    #expect(try program("verify", "--level", "full").status == 0)
    let wrong = try program("verify", "--level", "semantic", "--json")
    #expect(wrong.status == 4)
    let damage = try #require(try wrong.objects().first)
    #expect((damage["reason"] as? String)?.contains("3 records where 4 and 3 are told") == true, "\(damage)")
    #expect(damage["collections"] as? [String] == ["words@2"])
  }

  /// A second version of the same root, whose row tells of one record more.
  private func tellOneRecordMore(_ program: borrowing Program) throws {
    let folder = program.folder.appendingPathComponent("store/heads/words")
    let revision = UInt64(try FileManager.default.contentsOfDirectory(atPath: folder.path).count)
    func file(_ revision: UInt64) -> URL { folder.appendingPathComponent(String(format: "%020llu", revision)) }
    let bytes = [UInt8](try Data(contentsOf: file(revision)))
    let name = try #require(CollectionName("words"))
    let head = try Head(decoding: bytes.rawSpan, collection: name, revision: revision)
    let row = try #require(head.newestRow)
    let version = NewVersion(
      root: row.root, contentHash: row.contentHash, fileCount: row.fileCount, recordCount: row.recordCount + 1,
      byteCount: row.byteCount, message: "")
    let mark = HeadMark(writeIdentifier: UniqueName(high: 1, low: 2), intent: .zero, created: row.created)
    try Data(head.applying([.compact(version)], mark: mark).encoded().bytes).write(to: file(revision + 1))
  }

  @Test func `a record has its fields, and floats are exact`() throws {
    let program = try Program.withRecords()
    let objects = try program("get", "words", "a/1", "b/1", "--json").objects()
    expect(objects[0], has: "type id vector metadata document")
    #expect(objects[0]["id"] as? String == "a/1")
    #expect(objects[0]["document"] as? String == "one")
    #expect((objects[0]["vector"] as? [Double])?.map { Float($0) } == [1, 0.1])
    #expect((objects[1]["vector"] as? [Double])?.map { Float($0) } == [3, 1e-30])
    let metadata = try #require(objects[0]["metadata"] as? [String: Any])
    #expect(metadata["label"] as? String == "TOTAL")
    #expect(metadata["page"] as? Int == 1)
    #expect(metadata["done"] as? Bool == true)
  }

  @Test func `an id that is not there gives 10, and the others are printed`() throws {
    let program = try Program.withRecords()
    let run = try program("get", "words", "a/1", "nope", "--json")
    #expect(run.status == 10)
    #expect(try run.objects().map { $0["type"] as? String } == ["record", "error"])
  }

  @Test func `scan takes a prefix, a filter and a limit`() throws {
    let program = try Program.withRecords()
    func ids(_ arguments: String...) throws -> [String] {
      try program.run(["scan", "words", "--json"] + arguments).objects().dropLast().compactMap { $0["id"] as? String }
    }
    #expect(try ids() == ["a/1", "a/2", "b/1"])
    #expect(try ids("--prefix", "a/") == ["a/1", "a/2"])
    #expect(try ids("--limit", "2") == ["a/1", "a/2"])
    #expect(try ids("--where", "page exists", "--limit", "1") == ["a/1"])
    #expect(try ids("--where", "page >= 2") == ["a/2"])
    #expect(try ids("--where", "words = y and page = 2") == ["a/2"])
    #expect(try ids("--where", "label != TOTAL") == [])
    #expect(try ids("--where", "not label = TOTAL") == ["a/2", "b/1"])
    #expect(try ids("--where", "id starts with 'b' or document contains ne") == ["a/1", "b/1"])
  }

  @Test func `what is no filter is refused, and the place is shown`() throws {
    let program = try Program.withRecords()
    for verb in [["scan", "words"], ["search", "words", "--vector", "-"]] {
      let run = try program.run(verb + ["--where", "page >= and x"], input: "[1,0]")
      #expect(run.status == 2 && run.output.isEmpty)
      #expect(run.errors.contains("at character 9\n    page >= and x\n            ^\n"), "\(run.errors)")
    }
  }

  @Test func `get takes a prefix in the place of ids`() throws {
    let program = try Program.withRecords()
    let run = try program("get", "words", "--prefix", "a/", "--json")
    #expect(try run.objects().compactMap { $0["id"] as? String } == ["a/1", "a/2"])
    let summary = try run.last("records")
    expect(summary, has: "collection count bytesRead requests")
    #expect(summary["count"] as? Int == 2)
    let told = try program("get", "words", "a/1").errors
    let sentence = /words, nothing of it compacted: 1 record, .* read in \d+ requests\n/
    #expect(told.wholeMatch(of: sentence) != nil, "\(told)")
    #expect(try program("get", "words", "--prefix", "nope").status == 10)
    #expect(try program("get", "words").status == 2)
    #expect(try program("get", "words", "a/1", "--prefix", "a/").status == 2)
  }

  @Test func `a delivery that comes twice counts once, another under its number is a conflict`() throws {
    let program = try Program.withRecords()
    let other = #"{"id":"c","vector":[0,0]}"# + "\n"
    let conflict = try program(
      "append", "words", "--input", "-", "--producer", "p", "--sequence", "1", input: other)
    #expect(conflict.status == 5)
    #expect(
      try program("append", "words", "--input", "-", "--producer", "p", "--sequence", "3", input: other).status == 1)
    let again = try program(
      "append", "words", "--input", "-", "--producer", "p", "--sequence", "2", "--json", input: other)
    #expect(try again.objects().first?["outcome"] as? String == "appended")
    let twice = try program(
      "append", "words", "--input", "-", "--producer", "p", "--sequence", "2", "--json", input: other)
    #expect(twice.status == 0)
    #expect(try twice.objects().first?["outcome"] as? String == "alreadyThere")
  }

  @Test func `updates and deletes reach records, those of a prefix too`() throws {
    let program = try Program.withRecords()
    let lines = """
      {"id":"a/1","update":{"label":null,"page":7}}
      {"prefix":"b/","delete":true}

      """
    #expect(try program("append", "words", "--input", "-", "--producer", "q", input: lines).status == 0)
    #expect(try program("compact", "words").status == 0)
    #expect(try program("get", "words", "b/1").status == 10)
    let record = try #require(try program("get", "words", "a/1", "--json").objects().first)
    let metadata = try #require(record["metadata"] as? [String: Any])
    #expect(metadata["page"] as? Int == 7)
    #expect(metadata["label"] == nil)
  }

  @Test func `deltas and reconcile account for the work, and tell what is missing by 11`() throws {
    let program = try Program.withRecords()
    #expect(try program("deltas", "words", "--json").last("deltas")["pending"] as? Int == 1)
    #expect(try program("reconcile", "words").status == 0)
    #expect(try program("compact", "words").status == 0)
    #expect(try program("deltas", "words", "--json").last("deltas")["pending"] as? Int == 0)
    let account = try program("reconcile", "words", "--json")
    #expect(account.status == 0)
    let run = try #require(try account.objects().first)
    expect(run, has: "type run declared appended applied superseded pending quarantined missing reconciles")
    #expect(run["applied"] as? Int == 3)
    let more = #"{"id":"c","vector":[0,0]}"# + "\n"
    let late = try program(
      "append", "words", "--input", "-", "--producer", "q", "--run", "second", "--expected", "5", input: more)
    #expect(late.status == 0)
    #expect(try program("reconcile", "words").status == 11)
  }

  @Test func `each message of a batch is answered, and one that fails does not hold up the others`() throws {
    let program = try Program.withRecords()
    let lines = """
      {"messageId":"m1","producer":"job","sequence":1,"records":[{"id":"j/1","vector":[1,1]}]}
      {"messageId":"m2","producer":"job","records":[{"id":"j/2","vector":[1]}]}
      {"messageId":"m3","delta":"p/1"}

      """
    let run = try program("compact", "words", "--messages", "-", "--json", input: lines)
    #expect(run.status == 1)
    let answers = try run.objects().filter { $0["type"] as? String == "answer" }
    #expect(answers.map { $0["status"] as? String } == ["ok", "failed", "ok"])
    #expect(try program("get", "words@1", "j/1", "a/1").status == 0)
  }

  @Test func `a collection of one kind is refused to the verbs of the other`() throws {
    let program = try Program.withRecords()
    try program.write("x", to: "tree/a")
    #expect(try program("create", "words", "tree").status == 2)
    #expect(try program("create", "trees", "tree").status == 0)
    #expect(try program("scan", "trees").status == 2)
    #expect(try program("compact", "trees").status == 2)
    #expect(try program("append", "trees", "--input", "-", input: "{\"id\":\"a\",\"vector\":[]}").status == 2)
    #expect(try program("scan", "nope").status == 10)
  }
}
