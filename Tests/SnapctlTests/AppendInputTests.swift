import Foundation
import Testing

/// What comes from outside into `append`: taken whole, or refused whole, unless asked otherwise.
@Suite struct `Input of append` {
  /// Name, line, and what the message says.
  static let bad: [(String, String, String)] = [
    ("another dimension", #"{"id":"x","vector":[1]}"#, "1 elements where the collection has 2"),
    ("NaN", #"{"id":"x","vector":[NaN,1]}"#, "not a value"),
    ("beyond an f32", #"{"id":"x","vector":[1e300,1]}"#, "beyond an f32"),
    ("beyond a double", #"{"id":"x","vector":[1,1],"metadata":{"n":1e999}}"#, "beyond a double"),
    ("broken JSON", #"{"id":"x","vector":[1,1]"#, "is missing"),
    ("two values", #"{"id":"x","vector":[1,1]}{}"#, "more than one value"),
    ("no object", "17", "no object"),
    ("a key twice", #"{"id":"x","id":"y","vector":[1,1]}"#, "occurs twice"),
    ("an unknown key", #"{"id":"x","vektor":[1,1]}"#, "means nothing here"),
    ("no id", #"{"vector":[1,1]}"#, "either id or prefix"),
    ("an empty id", #"{"id":"","vector":[1,1]}"#, "1 to 1,024 bytes"),
    ("a long id", `Input of append`.line(id: 1_048_576, document: 0), "1 to 1,024 bytes"),
    ("NUL in an id", #"{"id":"a\u0000b","vector":[1,1]}"#, "without NUL"),
    ("a NUL byte", "{\"id\":\"a\0b\",\"vector\":[1,1]}", "control character"),
    ("half a surrogate pair", #"{"id":"x\ud800","vector":[1,1]}"#, "half of a surrogate pair"),
    ("the other half", #"{"id":"x\udc00","vector":[1,1]}"#, "half of a surrogate pair"),
    ("deep nesting", String(repeating: "[", count: 100_000), "nested deeper"),
    ("metadata that is nested", #"{"id":"x","vector":[1,1],"metadata":{"a":{"b":1}}}"#, "is an object"),
    ("a long document", `Input of append`.line(id: 1, document: 1_100_000), "above 1 MiB"),
    ("an empty update", #"{"id":"x","update":{}}"#, "the update is empty"),
  ]

  private static func line(id: Int, document: Int) -> String {
    let (id, text) = (String(repeating: "x", count: id), String(repeating: "y", count: document))
    return #"{"id":"\#(id)","vector":[1,1],"document":"\#(text)"}"#
  }

  private func rejected(_ run: Program.Run) throws -> [[String: Any]] {
    try run.objects().filter { $0["type"] as? String == "rejected" }
  }

  @Test(arguments: bad.indices) func `an input with a line that cannot be used is refused whole`(index: Int) throws {
    let (name, line, words) = `Input of append`.bad[index]
    let program = try Program.withRecords()
    let before = try program("deltas", "words", "--json").output
    let input = #"{"id":"good","vector":[1,1]}"# + "\n\n" + line + "\n" + #"{"id":"also","vector":[1,1]}"#
    let run = try program("append", "words", "--input", "-", "--json", input: input)
    #expect(run.status == 1, "\(name)")
    let told = try rejected(run)
    #expect(told.count == 1 && told[0]["line"] as? Int == 3, "\(name): \(run.output)")
    #expect((told[0]["reason"] as? String)?.contains(words) == true, "\(name): \(told)")
    #expect(try run.last("error")["message"] as? String != nil)
    #expect(try program("deltas", "words", "--json").output == before, "\(name)")
    #expect(try program("get", "words", "good").status == 10)
  }

  @Test func `when asked, the good lines are appended, and reconcile counts what is missing`() throws {
    let program = try Program.withRecords()
    let lines = `Input of append`.bad.map(\.1).joined(separator: "\n") + "\n" + #"{"id":"good","vector":[1,1]}"#
    let count = `Input of append`.bad.count + 1
    let run = try program(
      "append", "words", "--input", "-", "--skip-bad", "--run", "second", "--expected", "\(count)", "--json",
      input: lines)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try rejected(run).compactMap { $0["line"] as? Int } == Array(1..<count))
    let ids = try rejected(run).map { $0["id"] as? String }
    #expect(ids[0] == "x" && ids[1] == nil && ids[11]?.count == 128)
    let appended = try run.last("appended")
    #expect(appended["operations"] as? Int == 1 && appended["rejected"] as? Int == count - 1)
    #expect(try program("get", "words", "good").status == 0)
    let account = try program("reconcile", "words", "--json")
    #expect(account.status == 11)
    let second = try #require(try account.objects().first { $0["run"] as? String == "second" })
    #expect(second["missing"] as? Int == count - 1 && second["appended"] as? Int == 1)
  }

  @Test func `an id that comes twice is put in twice, and the later one counts`() throws {
    let program = try Program.withRecords()
    let lines = #"{"id":"twice","vector":[1,1]}"# + "\n" + #"{"id":"twice","vector":[2,2]}"#
    #expect(try program("append", "words", "--input", "-", "--producer", "q", input: lines).status == 0)
    let created = try program("compact", "words", "--json").last("created")
    #expect(created["applied"] as? Int == 5 && created["records"] as? Int == 4)
    let record = try program("get", "words", "twice", "--json").objects()[0]
    #expect((record["vector"] as? [Double]) == [2, 2])
  }

  @Test func `empty lines, carriage returns and a missing last line break do no harm`() throws {
    let program = try Program.withRecords()
    let lines = "\n\r\n" + #"{"id":"e","vector":[1,1]}"# + "\r\n \t \n" + #"{"id":"f","vector":[1,1]}"#
    let run = try program("append", "words", "--input", "-", "--json", input: lines)
    #expect(try run.last("appended")["operations"] as? Int == 2)
    let none = try program("append", "words", "--input", "-", "--json", input: "\n\n")
    #expect(none.status == 0)
    #expect(try none.last("appended")["deltas"] as? Int == 0)
  }

  @Test func `an input of several deltas with a bad last line leaves none of them`() throws {
    let program = try Program.withRecords()
    let text = String(repeating: "x", count: 1_000_000)
    let good = (0..<40).map { #"{"id":"\#($0)","vector":[1,1],"document":"\#(text)"}"# }.joined(separator: "\n")
    let refused = try program("append", "words", "--input", "-", "--producer", "q", input: good + "\n{")
    #expect(refused.status == 1 && refused.errors.contains("line 41"), "\(refused.errors)")
    #expect(try program("deltas", "words", "--json").last("deltas")["pending"] as? Int == 1)
    let taken = try program(
      "append", "words", "--input", "-", "--producer", "q", "--sequence", "1", "--json", input: good)
    #expect(try taken.last("appended")["deltas"] as? Int == 3)
    let again = try program(
      "append", "words", "--input", "-", "--producer", "q", "--sequence", "1", "--json", input: good)
    #expect(try again.objects().dropLast().allSatisfy { $0["outcome"] as? String == "alreadyThere" })
    #expect(try program("compact", "words", "--json").last("created")["records"] as? Int == 43)
  }
}
