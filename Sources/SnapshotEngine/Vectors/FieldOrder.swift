internal import SnapshotFormat

/// Puts the metadata of one record after another in order. Those of one call mostly have the same keys, and then these
/// are checked, sorted and copied once.
struct FieldOrder {
  private struct Key {
    let text: String
    let name: UTF8Text
  }

  /// The keys of the last record, ascending. None where one is more than ASCII.
  private var keys: [Key] = []

  /// Nil when the items cannot stand in an object.
  mutating func fields(_ items: [String: MetadataItem]) -> MetadataFields? {
    if let fields = ofSameKeys(items) { return fields }
    guard let fields = MetadataFields(items.map { MetadataField(key: UTF8Text($0.key), value: $0.value.value) }) else {
      return nil
    }
    let isASCII = fields.fields.allSatisfy { $0.key.utf8.allSatisfy { $0 < 0x80 } }
    keys = isASCII ? fields.fields.map { Key(text: $0.key.string, name: $0.key) } : []
    return fields
  }

  /// Nil where the keys are others, or a value cannot stand in an object.
  ///
  /// Text that looks alike is equal whatever its bytes; but what equals ASCII, in as many bytes, is these bytes.
  private func ofSameKeys(_ items: [String: MetadataItem]) -> MetadataFields? {
    guard items.count == keys.count else { return nil }
    var fields: [MetadataField] = []
    fields.reserveCapacity(keys.count)
    for key in keys {
      guard let index = items.index(forKey: key.text) else { return nil }
      let (text, item) = items[index]
      let value = item.value
      guard text.utf8.count == key.name.utf8.count, value.isFinite else { return nil }
      fields.append(MetadataField(key: key.name, value: value))
    }
    return MetadataFields(ascending: fields)
  }
}
