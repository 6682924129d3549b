import Foundation
import Testing

@Suite struct BlameVerbTests {
  private func blame(_ program: borrowing Program, _ arguments: String...) throws -> [[String: Any]] {
    let run = try program.run(["blame"] + arguments + ["--json"])
    #expect(run.status == 0, "\(run.errors)")
    return try run.objects()
  }

  /// What the parts say in one field, without the summary.
  private func column(_ name: String, _ objects: [[String: Any]]) -> [String] {
    objects.dropLast().map { object -> String in
      switch object[name] {
      case let text as String: text
      case let value as Bool where name == "pending": "\(value)"
      case let number as Int: "\(number)"
      default: "-"
      }
    }
  }

  private func append(_ program: borrowing Program, _ line: String, producer: String, run: String) throws {
    let run = try program("append", "words", "--input", "-", "--producer", producer, "--run", run, input: line + "\n")
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test func `an id of which nothing is known gives 10, and what is no id is refused`() throws {
    let program = try Program.withRecords()
    let run = try program("blame", "words", "nope")
    #expect(run.status == 10 && run.errors.contains("nothing is known of nope"), "\(run.errors)")
    #expect(try program("blame", "words", "").status == 2)
    #expect(try program("blame", "nowhere", "a/1").status == 10)
  }

  @Test func `body and keys are told apart, waiting or compacted, with run and version`() throws {
    let program = try Program.withRecords()
    #expect(try program("compact", "words").status == 0)
    try append(program, #"{"id":"a/1","update":{"page":7,"done":null}}"#, producer: "q", run: "second")
    let waiting = try blame(program, "words", "a/1")
    expect(
      waiting[0], has: "type id key action prefix time producer known sequence run pending version message")
    #expect(column("key", waiting) == ["-", "done", "label", "page"])
    #expect(column("producer", waiting) == ["p", "q", "p", "q"])
    #expect(column("action", waiting) == ["set", "removed", "set", "set"])
    #expect(column("pending", waiting) == ["false", "true", "false", "true"])
    #expect(column("run", waiting) == ["first", "second", "first", "second"])
    #expect(column("version", waiting) == ["1", "-", "1", "-"])
    #expect(column("producer", try blame(program, "words@1", "a/1")) == ["p", "p", "p", "p"])
    #expect(try program("compact", "words").status == 0)
    let after = try blame(program, "words", "a/1")
    #expect(column("version", after) == ["1", "2", "1", "2"])
    #expect(after.last?["present"] as? Bool == true)
    let lines = try program("blame", "words", "a/1").output.split(separator: "\n")
    #expect(lines[3].hasPrefix("page  set at 2") && lines[3].hasSuffix("by q/1, run second, in version 2"))
  }

  @Test func `a deletion by prefix is blamed for the records it took`() throws {
    let program = try Program.withRecords()
    let run = try program(
      "append", "words", "--input", "-", "--producer", "r", input: #"{"prefix":"a/","delete":true}"# + "\n")
    #expect(run.status == 0, "\(run.errors)")
    let parts = try blame(program, "words", "a/2")
    #expect(parts[0]["action"] as? String == "deleted" && parts[0]["prefix"] as? String == "a/")
    #expect(parts.count == 2 && parts[1]["present"] as? Bool == false)
    #expect(try blame(program, "words", "b/1")[0]["action"] as? String == "set")
  }
}
