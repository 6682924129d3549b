internal import Primitives
internal import SnapshotFormat

extension VectorRecord {
  init(id: RecordName, body: RecordBody) {
    self.init(id: id.string, vector: body.floats, document: body.document?.string)
    for field in body.metadata.fields {
      metadata[field.key.string] = field.value.map { MetadataItem($0) }
    }
  }
}

extension MetadataItem {
  init(_ value: MetadataValue) {
    switch value {
    case .string(let text): self = .string(text.string)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .number(value)
    case .boolean(let value): self = .boolean(value)
    case .strings(let texts): self = .strings(texts.map(\.string))
    case .integers(let values): self = .integers(values)
    case .numbers(let values): self = .numbers(values)
    case .booleans(let values): self = .booleans(values)
    }
  }

  var value: MetadataValue {
    switch self {
    case .string(let text): .string(UTF8Text(text))
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .boolean(let value): .boolean(value)
    // An array without elements is always one of texts.
    case .strings(let texts): .strings(texts.map { UTF8Text($0) })
    case .integers(let values): values.isEmpty ? .strings([]) : .integers(values)
    case .numbers(let values): values.isEmpty ? .strings([]) : .numbers(values)
    case .booleans(let values): values.isEmpty ? .strings([]) : .booleans(values)
    }
  }
}

extension RecordChange {
  /// - Throws: `.usage` for a name or metadata that no record can have.
  func operation(_ order: inout FieldOrder) throws(EngineError) -> RecordOperation {
    switch self {
    case .put(let record):
      let fields = try RecordChange.checked(order.fields(record.metadata), of: record.id)
      let document = record.document.map { UTF8Text($0) }
      return .upsert(
        try RecordChange.name(record.id),
        RecordBody(floats: record.vector, document: document, metadata: fields))
    case .update(let id, let items):
      return .patch(try RecordChange.name(id), try RecordChange.fields(items, of: id))
    case .updateAll(let prefix, let items):
      return .patchPrefix(try RecordChange.name(prefix), try RecordChange.fields(items, of: prefix))
    case .delete(let id): return .delete(try RecordChange.name(id))
    case .deleteAll(let prefix): return .deletePrefix(try RecordChange.name(prefix))
    }
  }

  static func name(_ text: String) throws(EngineError) -> RecordName {
    guard let name = RecordName(text) else {
      throw EngineError(
        .usage, "\"\(Printable.string(String(text.prefix(64))))\" is no id",
        advice: "An id or prefix is 1 to 1,024 bytes of UTF-8 without NUL")
    }
    return name
  }

  private static func fields(
    _ items: [String: MetadataItem?], of name: String
  ) throws(EngineError) -> MetadataFields {
    try checked(MetadataFields(items.map { MetadataField(key: UTF8Text($0.key), value: $0.value?.value) }), of: name)
  }

  private static func checked(_ fields: MetadataFields?, of name: String) throws(EngineError) -> MetadataFields {
    guard let fields else {
      throw EngineError(
        .usage, "the metadata of \(Printable.string(name)) cannot be stored", subject: Printable.string(name),
        advice: "Keys have 1 to 256 bytes without NUL, numbers are finite, and there are at most 1,024 keys")
    }
    return fields
  }
}
