import SnapshotFormat
import Testing
import VectorCollections

/// What is no filter is refused, and the place is told.
@Suite struct RecordFilterErrorTests {
  private func refusal(_ text: String) -> FilterError? {
    do throws(FilterError) {
      _ = try RecordFilter(text)
      return nil
    } catch { return error }
  }

  @Test(arguments: [
    ("", 1, "a key is missing"), ("   ", 4, "a key is missing"), ("= 1", 1, "a key is missing"),
    ("page", 5, "a comparison is missing"), ("page 2", 6, "a comparison is missing"),
    ("page >=", 8, "a value is missing"), ("page >= and", 9, "a value is missing"),
    ("page = 1 label = 2", 10, "`and`, `or` or the end is missing"), ("page = 1 and", 13, "a key is missing"),
    ("page = 1 or or", 13, "a key is missing"), ("(page = 1", 10, "`)` is missing"),
    ("page = 1)", 9, "`and`, `or` or the end is missing"), ("page in 1", 9, "`(` is missing"),
    ("page in ()", 10, "a value is missing"), ("page in (1 2)", 12, "`,` or `)` is missing"),
    ("page not = 1", 10, "a comparison is missing"), ("page starts 'x'", 13, "`with` is missing"),
    ("page like true", 11, ""), ("page is 1", 9, "`null` is missing"), ("page ! 1", 6, "`!` without `=`"),
    ("page = 'x", 8, "a quote that does not end"), ("page = 1e999", 8, "a number beyond a double"),
    ("'' = 1", 1, "what can be no key"), ("'a\0' = 1", 1, "what can be no key"), ("page\u{1} = 1", 5, "a control"),
    ("zwölf größer", 7, "a comparison is missing"), ("a = 1 and not", 14, "a key is missing"),
    ("label = null", 9, "a value is missing"), ("a = 'x' 'y'", 9, "`and`, `or` or the end is missing"),
  ])
  func `an error tells the character at which it is`(text: String, character: Int, reason: String) throws {
    guard !reason.isEmpty else {
      #expect(refusal(text) == nil, "a word is a text where one is wanted")
      return
    }
    let error = try #require(refusal(text), "\(text) is taken for a filter")
    #expect(error.reason.hasPrefix(reason), "\(text): \(error)")
    #expect(error.character == character, "\(text): \(error)")
  }

  @Test func `the place is marked below the text, whatever the text does to a terminal`() throws {
    #expect(try #require(refusal("zwölf >= and x")).marked == "zwölf >= and x\n         ^")
    #expect(try #require(refusal("'\u{1B}[2J' = \u{7}")).marked.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x0A })
    let long = try #require(
      refusal(String(repeating: "a = 1 and ", count: 50) + "and " + String(repeating: "b", count: 90)))
    let lines = long.marked.split(separator: "\n")
    #expect(lines.count == 2 && lines[0].count <= 103 && lines[0].first == "…" && lines[0].last == "…")
    #expect(lines[0].dropFirst(lines[1].count - 1).hasPrefix("and bbb"))
  }

  @Test func `length, depth and the number of terms are bounded`() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "(", count: depth) + "a = 1" + String(repeating: ")", count: depth)
    }
    #expect(refusal(nested(RecordFilter.depthMax - 1)) == nil)
    #expect(try #require(refusal(nested(RecordFilter.depthMax))).reason.hasPrefix("nested deeper"))
    #expect(try #require(refusal(String(repeating: "not ", count: 10_000) + "a = 1")).reason.hasPrefix("nested deeper"))
    let list = "a in (" + String(repeating: "1,", count: RecordFilter.termCountMax - 2) + "1)"
    #expect(refusal(list) == nil)
    #expect(try #require(refusal("b = 1 and " + list)).reason.hasPrefix("more than"))
    let long = String(repeating: " ", count: RecordFilter.byteCountMax) + "a"
    #expect(try #require(refusal(long)).reason.hasPrefix("more than"))
    let part = String(repeating: "x", count: TextPattern.byteCountMax)
    #expect(refusal("a like '\(part)' and a contains '\(part)'") == nil)
    #expect(try #require(refusal("a like '\(part)%'")).character == 8)
    #expect(try #require(refusal("a contains '\(part)x'")).character == 12)
  }
}
