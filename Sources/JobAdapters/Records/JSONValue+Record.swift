package import Primitives
package import SnapshotFormat

/// JSON as the parts of a record.
extension JSONValue {
  /// The elements of a vector, each rounded to the nearest `f32`.
  package func vector(dimension: Int) throws(RecordDefect) -> [Float] {
    guard case .array(let elements) = self else { throw RecordDefect("the vector is no array") }
    guard elements.count == dimension else {
      throw RecordDefect("a vector of \(elements.count) elements where the collection has \(dimension)")
    }
    var floats: [Float] = []
    floats.reserveCapacity(dimension)
    for element in elements { floats.append(try element.float()) }
    return floats
  }

  /// The elements of a line's vector as they stand in memory, or of the one that stands elsewhere.
  func vectorBytes(or other: [UInt8]?, dimension: Int) throws(RecordDefect) -> [UInt8] {
    guard let other else {
      guard let vector = self["vector"] ?? (dimension == 0 ? .array([]) : nil) else {
        throw RecordDefect("the vector is missing")
      }
      return RecordBody(floats: try vector.vector(dimension: dimension)).vector
    }
    guard self["vector"] == nil else { throw RecordDefect("a vector, and a row of vectors that belongs here") }
    let floats = RecordBody(vector: other, document: nil, metadata: .none).floats
    if let place = floats.firstIndex(where: { !$0.isFinite }) {
      throw RecordDefect("element \(place) of the row is \(floats[place])")
    }
    return other
  }

  private func float() throws(RecordDefect) -> Float {
    switch self {
    case .integer(let value): return Float(value)
    case .number(let value):
      let float = Float(value)
      guard float.isFinite else { throw RecordDefect("an element of the vector is beyond an f32") }
      return float
    default: throw RecordDefect("an element of the vector is no number")
    }
  }

  /// One value of metadata; nil for null.
  package func metadataValue(_ key: String) throws(RecordDefect) -> MetadataValue? {
    switch self {
    case .null: nil
    case .boolean(let value): .boolean(value)
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .string(let text): .string(UTF8Text(text))
    case .array(let elements): try JSONValue.metadataArray(elements, key)
    case .object: throw RecordDefect("metadata \(Printable.string(key)) is an object")
    }
  }

  /// Elements of one kind; integers and numbers together are numbers, where none loses a digit.
  private static func metadataArray(_ elements: [JSONValue], _ key: String) throws(RecordDefect) -> MetadataValue {
    let strings = elements.compactMap { if case .string(let text) = $0 { UTF8Text(text) } else { nil } }
    if strings.count == elements.count { return .strings(strings) }
    let integers = elements.compactMap { if case .integer(let value) = $0 { value } else { nil } }
    if integers.count == elements.count { return .integers(integers) }
    let booleans = elements.compactMap { if case .boolean(let value) = $0 { value } else { nil } }
    if booleans.count == elements.count { return .booleans(booleans) }
    let numbers = elements.compactMap(\.exactNumber)
    if numbers.count == elements.count { return .numbers(numbers) }
    throw RecordDefect("metadata \(Printable.string(key)) is an array of different kinds")
  }

  private var exactNumber: Double? {
    switch self {
    case .integer(let value): Double(exactly: value)
    case .number(let value): value
    default: nil
    }
  }

  /// The members of an object as fields. Null removes a key in a patch, and says nothing in a whole record.
  package func metadataFields(isPatch: Bool) throws(RecordDefect) -> MetadataFields {
    guard case .object(let members) = self else { throw RecordDefect("metadata is no object") }
    return try JSONValue.fields(members, isPatch: isPatch)
  }

  static func fields(_ members: [JSONMember], isPatch: Bool) throws(RecordDefect) -> MetadataFields {
    var fields: [MetadataField] = []
    for member in members {
      let value = try member.value.metadataValue(member.key)
      guard MetadataFields.isKey(UTF8Text(member.key)) else {
        throw RecordDefect("metadata has a key of no or of more than 256 bytes, or with NUL")
      }
      if value != nil || isPatch { fields.append(MetadataField(key: UTF8Text(member.key), value: value)) }
    }
    guard let result = MetadataFields(fields) else { throw RecordDefect("metadata has more than 1,024 keys") }
    return result
  }

  package func recordName(_ what: String) throws(RecordDefect) -> RecordName {
    guard case .string(let text) = self, let name = RecordName(text) else {
      throw RecordDefect("the \(what) is no text of 1 to 1,024 bytes without NUL")
    }
    return name
  }
}
