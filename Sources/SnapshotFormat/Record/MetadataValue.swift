/// One value of a record's metadata.
package enum MetadataValue: Hashable, Sendable {
  case string(UTF8Text)
  case integer(Int64)
  /// Finite.
  case number(Double)
  case boolean(Bool)
  /// An array without elements is always this one.
  case strings([UTF8Text])
  case integers([Int64])
  case numbers([Double])
  case booleans([Bool])

  /// The bytes of what it holds.
  package var byteCount: Int {
    switch self {
    case .string(let text): text.utf8.count
    case .integer, .number: 8
    case .boolean: 1
    case .strings(let texts): texts.reduce(0) { $0 + $1.utf8.count }
    case .integers(let values): values.count * 8
    case .numbers(let values): values.count * 8
    case .booleans(let values): values.count
    }
  }

  package var isFinite: Bool {
    switch self {
    case .number(let value): value.isFinite
    case .numbers(let values): values.allSatisfy(\.isFinite)
    default: true
    }
  }
}

/// A key with its value; in a patch, nil removes the key.
package struct MetadataField: Hashable, Sendable {
  package let key: UTF8Text
  package let value: MetadataValue?

  package init(key: UTF8Text, value: MetadataValue?) {
    self.key = key
    self.value = value
  }
}

/// Fields in strictly ascending order of key.
package struct MetadataFields: Hashable, Sendable {
  package static let none = MetadataFields()
  package static let countMax = 1_024
  package static let byteCountMax = 256 << 10
  package static let keyByteCountMax = 256

  package let fields: [MetadataField]

  private init() {
    fields = []
  }

  /// Sorts the fields. Nil when two have the same key, or one cannot stand in an object.
  package init?(_ unsorted: [MetadataField]) {
    guard unsorted.count <= MetadataFields.countMax else { return nil }
    let sorted = unsorted.sorted { $0.key < $1.key }
    for index in sorted.indices {
      guard MetadataFields.isKey(sorted[index].key), sorted[index].value?.isFinite ?? true else { return nil }
      guard index == 0 || sorted[index - 1].key < sorted[index].key else { return nil }
    }
    fields = sorted
  }

  /// - Precondition: the fields ascend, as a reader or a merge of ascending fields has made sure.
  package init(ascending fields: [MetadataField]) {
    self.fields = fields
  }

  package static func isKey(_ key: UTF8Text) -> Bool {
    (1...keyByteCountMax).contains(key.utf8.count) && !key.utf8.contains(0)
  }

  package subscript(key: UTF8Text) -> MetadataValue? {
    fields.first { $0.key == key }?.value
  }

  package var isEmpty: Bool { fields.isEmpty }
}
