import Primitives
import SnapshotFormat
import VectorCollections

/// Filters, as they are typed.
extension FuzzTarget {
  static var filter: FuzzTarget {
    FuzzTarget {
      [
        #"label = TOTAL and (page >= 2 or not page exists)"#, #"id starts with 'A#' and tags not contains "x y""#,
        #"document like '%zw_lf\%' or score not in (1, -2.5e3, true, 'it\'s')"#, #"'id' is not null and k is null"#,
      ].map { Array($0.utf8) }
    } check: { bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      let filter: RecordFilter
      do throws(FilterError) { filter = try RecordFilter(text) } catch {
        try check(error, text)
        throw error
      }
      try check(filter, text)
    }
  }

  /// What the filter says and what its complement says, in another spelling too.
  private static func check(_ filter: RecordFilter, _ text: String) throws {
    let complement = try? RecordFilter("not ( \(text)\n)")
    for (id, body) in try records() {
      let holds = filter.matches(id, body)
      try FuzzFinding.unless(RecordFilter.not(filter).matches(id, body) != holds, "a filter and its complement agree")
      try FuzzFinding.unless(complement?.matches(id, body) != holds, "a filter in parentheses says something else")
    }
  }

  private static func check(_ error: FilterError, _ text: String) throws(FuzzFinding) {
    try FuzzFinding.unless(
      (1...text.unicodeScalars.count + 1).contains(error.character), "an error outside of the text")
    let lines = error.marked.split(separator: "\n", omittingEmptySubsequences: false)
    try FuzzFinding.unless(lines.count == 2 && lines[1].last == "^", "no caret below the text")
    let isSafe = error.marked.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x0A }
    try FuzzFinding.unless(isSafe, "a control character is printed")
  }

  private static func records() throws(FuzzFinding) -> [(RecordName, RecordBody)] {
    let values: [(UTF8Text, MetadataValue)] = [
      ("id", .string("other")), ("k", .number(-0.5)), ("label", .string("TOTAL")), ("page", .integer(2)),
      ("score", .integers([1, .min])), ("tags", .strings(["x", "x y"])), ("t", .booleans([true])),
    ]
    let fields = try Samples.known(MetadataFields(values.map { MetadataField(key: $0.0, value: $0.1) }))
    return [
      (try Samples.known(RecordName("A#1")), RecordBody(floats: [], document: "zwölf%", metadata: fields)),
      (try Samples.known(RecordName("é")), RecordBody(floats: [])),
    ]
  }
}
