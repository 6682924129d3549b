package import Primitives
package import SnapshotFormat

/// A word, or a line of words, that a receipt pipeline read: one object with `image_id`, `receipt_id`, `line_id`, for
/// words `word_id`, `text`, `vector`, and whatever else it knows.
///
/// The record's id is `IMAGE#…#RECEIPT#00001#LINE#00001#WORD#00001`, its document the text, its metadata the rest.
package struct OCRWordLine: LineAdapter {
  package let schema: VectorSchema

  package init(schema: VectorSchema) {
    self.schema = schema
  }

  package func identifier(of line: JSONValue) -> String? {
    (try? OCRWordLine.id(of: line))?.string
  }

  package func operation(_ line: JSONValue, vector: [UInt8]? = nil) throws(RecordDefect) -> RecordOperation {
    guard case .object(let members) = line else { throw RecordDefect("the line is no object") }
    guard case .string(let text)? = line["text"] else { throw RecordDefect("the text is missing") }
    let rest = members.filter { $0.key != "text" && $0.key != "vector" }
    let body = RecordBody(
      vector: try line.vectorBytes(or: vector, dimension: schema.dimension), document: UTF8Text(text),
      metadata: try JSONValue.fields(rest, isPatch: false))
    return .upsert(try OCRWordLine.id(of: line), body)
  }

  private static func id(of line: JSONValue) throws(RecordDefect) -> RecordName {
    guard case .string(let image)? = line["image_id"], isUUID(image) else {
      throw RecordDefect("image_id is no UUID in lower case")
    }
    var text = "IMAGE#\(image)#RECEIPT#\(try number("receipt_id", line))#LINE#\(try number("line_id", line))"
    if line["word_id"] != nil { text += "#WORD#\(try number("word_id", line))" }
    guard let name = RecordName(text) else { throw RecordDefect("the id is too long") }
    return name
  }

  /// Five digits, as the pipeline writes them; more where five do not suffice.
  private static func number(_ key: String, _ line: JSONValue) throws(RecordDefect) -> String {
    guard case .integer(let number)? = line[key], number >= 0 else { throw RecordDefect("\(key) is no number") }
    let digits = String(number)
    return String(repeating: "0", count: max(0, 5 - digits.utf8.count)) + digits
  }

  private static func isUUID(_ text: String) -> Bool {
    let groups = text.split(separator: "-", omittingEmptySubsequences: false)
    return groups.map(\.utf8.count) == [8, 4, 4, 4, 12]
      && groups.allSatisfy { $0.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) } }
  }
}
