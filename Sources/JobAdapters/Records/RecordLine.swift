package import Primitives
package import SnapshotFormat

/// A line of records as `append` reads them.
///
/// | line | operation |
/// |---|---|
/// | `{"id": …, "vector": […], "document": …, "metadata": {…}}` | upsert |
/// | `{"id": …, "update": {…}}`, `{"prefix": …, "update": {…}}` | patch of metadata; null removes a key |
/// | `{"id": …, "delete": true}`, `{"prefix": …, "delete": true}` | delete |
///
/// Where vectors come from elsewhere, each line is a record without one.
package struct RecordLine: LineAdapter {
  package let schema: VectorSchema

  package init(schema: VectorSchema) {
    self.schema = schema
  }

  package func identifier(of line: JSONValue) -> String? {
    guard case .string(let text)? = line["id"] ?? line["prefix"] else { return nil }
    return text
  }

  package func operation(_ line: JSONValue, vector: [UInt8]? = nil) throws(RecordDefect) -> RecordOperation {
    guard case .object(let members) = line else { throw RecordDefect("the line is no object") }
    for member in members where !RecordLine.keys.contains(member.key) {
      throw RecordDefect("the key \(Printable.string(member.key)) means nothing here")
    }
    let (name, isPrefix) = try target(of: line)
    if vector != nil, line["delete"] ?? line["update"] != nil {
      throw RecordDefect("a row of vectors belongs to a record, not to an update or delete")
    }
    if let flag = line["delete"] {
      guard flag == .boolean(true), members.count == 2 else { throw RecordDefect("delete stands alone, with true") }
      return isPrefix ? .deletePrefix(name) : .delete(name)
    }
    if let update = line["update"] {
      guard members.count == 2 else { throw RecordDefect("update stands alone") }
      let fields = try update.metadataFields(isPatch: true)
      guard !fields.isEmpty else { throw RecordDefect("the update is empty") }
      return isPrefix ? .patchPrefix(name, fields) : .patch(name, fields)
    }
    guard !isPrefix else { throw RecordDefect("a prefix can be updated or deleted, not put in") }
    return .upsert(name, try body(line, vector))
  }

  private static let keys: Set<String> = ["id", "prefix", "vector", "document", "metadata", "update", "delete"]

  private func target(of line: JSONValue) throws(RecordDefect) -> (RecordName, isPrefix: Bool) {
    switch (line["id"], line["prefix"]) {
    case (let id?, nil): (try id.recordName("id"), false)
    case (nil, let prefix?): (try prefix.recordName("prefix"), true)
    default: throw RecordDefect("either id or prefix")
    }
  }

  private func body(_ line: JSONValue, _ vector: [UInt8]?) throws(RecordDefect) -> RecordBody {
    RecordBody(
      vector: try line.vectorBytes(or: vector, dimension: schema.dimension), document: try document(line["document"]),
      metadata: try line["metadata"]?.metadataFields(isPatch: false) ?? .none)
  }

  private func document(_ value: JSONValue?) throws(RecordDefect) -> UTF8Text? {
    switch value {
    case nil, .null: nil
    case .string(let text): UTF8Text(text)
    default: throw RecordDefect("the document is no text")
    }
  }
}

/// A record as one line of JSON: what `get` and `scan` print, and `append` reads.
extension JSONValue {
  package init(id: RecordName, body: RecordBody) {
    var members = [JSONMember("id", .string(id.string))]
    members.append(JSONMember("vector", .array(body.floats.map { .number(shortest: $0) })))
    if let document = body.document { members.append(JSONMember("document", .string(document.string))) }
    let metadata = body.metadata.fields.compactMap { field in
      field.value.map { JSONMember(field.key.string, JSONValue($0)) }
    }
    members.append(JSONMember("metadata", .object(metadata)))
    self = .object(members)
  }

  /// The double whose shortest text is that of the float: it reads back as the same float.
  package static func number(shortest float: Float) -> JSONValue {
    .number(Double("\(float)") ?? Double(float))
  }

  package init(_ value: MetadataValue) {
    switch value {
    case .string(let text): self = .string(text.string)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .number(value)
    case .boolean(let value): self = .boolean(value)
    case .strings(let values): self = .array(values.map { .string($0.string) })
    case .integers(let values): self = .array(values.map { .integer($0) })
    case .numbers(let values): self = .array(values.map { .number($0) })
    case .booleans(let values): self = .array(values.map { .boolean($0) })
    }
  }
}
