import RecordSamples
import SnapshotFormat
import Testing
import VectorCollections

/// What filters hold for.
@Suite struct RecordFilterTests {
  private let id: RecordName
  private let body: RecordBody

  init() throws {
    id = try #require(RecordName("IMAGE#00012"))
    let values: [UTF8Text: MetadataValue] = [
      "label": .string("TOTAL"), "page": .integer(2), "score": .number(0.5), "done": .boolean(true),
      "tags": .strings(["a", "b%"]), "pages": .integers([1, 5]), "none": .strings([]), "id": .string("other"),
      "merchant name": .string("Bär & Co"), "big": .integer(9_007_199_254_740_993),
    ]
    let fields = values.map { MetadataField(key: $0.key, value: $0.value) }
    body = RecordBody(floats: [1], document: "zwölf 12.50", metadata: try #require(MetadataFields(fields)))
  }

  @Test(arguments: [
    "missing = 1", "missing != 1", "missing < 1", "missing in (1)", "missing not in (1)", "missing contains 1",
    "missing not contains 1", "missing like '%'", "missing not like '%'", "missing starts with ''", "missing exists",
    "missing is not null",
  ])
  func `a test of a key that is not there fails, and its complement holds`(text: String) throws {
    #expect(try !RecordFilter(text).matches(id, body))
    #expect(try RecordFilter("not \(text)").matches(id, body))
  }

  @Test(arguments: [
    ("label = TOTAL and page >= 2", true), ("page < 2", false), ("label != \"TOTAL and more\"", true),
    ("label == 'TOTAL'", true), ("label != TOTAL", false), ("page <= 2", true), ("page > 1.5", true),
    ("page = 2.0", true), ("score < 1", true), ("done = true", true), ("done != false", true), ("done < true", false),
    ("page = '2'", false), ("page != '2'", true), ("page < x", false), ("label > SUM", true),
    ("big = 9007199254740993", true), ("big > 9007199254740992.0", true), ("big < 1e300", true), ("big > -1e300", true),
    ("page in (1, 2, 3)", true), ("page not in (1, 2)", false), ("page not in (x)", true),
    ("label IN (A, TOTAL)", true),
    ("tags contains a", true), ("tags contains b", false), ("tags not contains b", true), ("page contains 2", false),
    ("pages contains 5", true), ("label contains OTA", true), ("label contains ''", true), ("none contains a", false),
    ("tags = a", true), ("pages > 4", true), ("tags != a", false), ("none != a", true), ("none exists", true),
    ("label like 'T%L'", true), ("label like 'T_TAL'", true), ("label like 'T_L'", false),
    ("label not like 'X%'", true),
    ("tags like 'b\\%'", true), ("tags like 'a\\%'", false), ("document like 'zw_lf%'", true),
    ("label starts with TO", true), ("label not starts with TO", false), ("id starts with 'IMAGE#0'", true),
    ("id = 'IMAGE#00012'", true), ("'id' = other", true), ("document contains '12.50'", true),
    ("document starts with 12", false), ("\"merchant name\" = 'Bär & Co'", true), ("page is null", false),
    ("page is not null", true), ("missing is null", true), ("document exists", true),
    ("page = 1 or page = 2 and done = false", false), ("(page = 1 or page = 2) and done = true", true),
    ("page = 2 or page = 2 and done = false", true), ("not page = 1 and not (label = X or missing exists)", true),
    ("not not page = 2", true), ("label=TOTAL AND page>=2", true), ("label = 'it\\'s'", false),
  ])
  func `a filter tests fields`(text: String, holds: Bool) throws {
    #expect(try RecordFilter(text).matches(id, body) == holds)
  }

  @Test func `a record without a document has none`() throws {
    let bare = RecordBody(floats: [])
    #expect(try RecordFilter("document is null and not document contains x").matches(id, bare))
    #expect(try !RecordFilter("document != x").matches(id, bare))
  }

  @Test func `quotes and the sign before them stand in texts`() throws {
    let quoted = RecordBody(
      floats: [], document: #"a"b'c\d"#, metadata: try #require(MetadataFields([])))
    #expect(try RecordFilter(#"document = "a\"b'c\\d""#).matches(id, quoted))
    #expect(try RecordFilter(#"document = 'a"b\'c\d'"#).matches(id, quoted))
  }

  @Test(arguments: 0..<20)
  func `and, or and not are those of logic, for whatever records and tests`(seed: UInt64) throws {
    let source = OperationSource(seed: seed)
    let tests = [
      "k exists", "label = 1", "x != 'é'", "é in (0.25, y)", "label contains y", "k < 1", "id >= 'b'", "x = true",
    ]
    for _ in 0..<50 {
      let (left, right) = (source.pick(tests), source.pick(tests))
      let (name, body) = (source.name(), source.body())
      func holds(_ text: String) throws -> Bool { try RecordFilter(text).matches(name, body) }
      let (one, two) = (try holds(left), try holds(right))
      #expect(try holds("\(left) and \(right)") == (one && two), "seed \(seed)")
      #expect(try holds("\(left) or \(right)") == (one || two), "seed \(seed)")
      #expect(try holds("not (\(left) or \(right))") == holds("not \(left) and not \(right)"), "seed \(seed)")
    }
  }

  @Test(arguments: [
    ("", "", true), ("", "a", false), ("%", "", true), ("%%a%", "bab", true), ("a%b%c", "aXbYbZc", true),
    ("a%b%c", "aXbYbZ", false), ("_", "ö", true), ("__", "ö", false), ("%_", "", false), ("\\_", "_", true),
    ("\\_", "x", false), ("a\\", "a\\", true), ("%ab", "aab", true),
  ])
  func `a pattern has gaps of any text and of one character`(pattern: String, text: String, fits: Bool) throws {
    #expect(try #require(TextPattern(Array(pattern.utf8))).matches(Array(text.utf8)) == fits)
  }
}
