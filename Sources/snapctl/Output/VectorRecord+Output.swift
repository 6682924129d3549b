import Primitives
import SnapshotEngine

extension VectorRecord {
  /// The `record` object.
  var json: JSONValue { .object(members) }

  fileprivate var members: [JSONMember] {
    let fields = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    return [
      JSONMember("type", .string("record")), JSONMember("id", .string(id)),
      JSONMember("vector", .array(vector.map { .shortest($0) })),
      JSONMember("metadata", .object(fields.map { JSONMember($0.key, $0.value.json) })),
      JSONMember("document", .text(document)),
    ]
  }

  /// One line for people: no more of the vector than its first elements.
  var line: String {
    var parts = [Printable.string(id), "[" + vector.prefix(3).map { "\($0)" }.joined(separator: ", ")]
    parts[1] += vector.count > 3 ? ", … \(vector.count)]" : "]"
    if let document { parts.append("\"\(Printable.string(document))\"") }
    if !metadata.isEmpty {
      let fields = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      parts.append(Printable.string(JSONWriter.string(.object(fields.map { JSONMember($0.key, $0.value.json) }))))
    }
    return parts.joined(separator: "  ")
  }
}

extension VectorMatch {
  /// The `record` object, with its distance, and the number of the query where there are several.
  func json(query: Int?) -> JSONValue {
    let number = query.map { [JSONMember("query", .count($0))] } ?? []
    return .object(record.members + [JSONMember("distance", .shortest(distance))] + number)
  }

  /// One line for people.
  func line(query: Int?) -> String {
    "\(query.map { "\($0)  " } ?? "")\(distance)  \(record.line)"
  }
}

extension JSONValue {
  /// The shortest number that reads back as the same float; null for what JSON has no number for.
  fileprivate static func shortest(_ float: Float) -> JSONValue {
    float.isFinite ? .number(Double("\(float)") ?? Double(float)) : .null
  }
}

extension MetadataItem {
  fileprivate var json: JSONValue {
    switch self {
    case .string(let text): .string(text)
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .boolean(let value): .boolean(value)
    case .strings(let texts): .array(texts.map { .string($0) })
    case .integers(let values): .array(values.map { .integer($0) })
    case .numbers(let values): .array(values.map { .number($0) })
    case .booleans(let values): .array(values.map { .boolean($0) })
    }
  }
}
