internal import Primitives

/// What a row comes to for a reader, and what may be left out of it.
extension Row {
  /// The record of an id, if it has one. `self` is the join of its row and of the prefixes that cover it.
  package var visible: RecordBody? {
    guard let record else { return nil }
    guard !changes.isEmpty else { return record }
    return RecordBody(
      vector: record.vector, document: record.document, metadata: record.metadata.applying(changes))
  }

  /// Without what a deletion by a covering prefix, whose row is kept, says just as well.
  package func without(_ prefix: Row) -> Row {
    guard let deletion = prefix.body?.stamp else { return self }
    var row = self
    if let stamp = row.body?.stamp, stamp <= deletion { row.body = nil }
    row.changes.removeAll { $0.stamp <= deletion }
    return row
  }

  /// Without the changes that are over where all is known that is said of the name.
  package func keeping(changesOf whole: Row) -> Row {
    let valid = Set(whole.changes)
    var row = self
    row.changes.removeAll { !valid.contains($0) }
    return row
  }

  /// With changes applied to the body's metadata, when no operation at or below `horizon` can come any more.
  ///
  /// The row stays as it is when a change is younger, or the result would be larger than a record may be.
  package func folded(through horizon: HybridClock) -> Row {
    guard let body, let record = visible, !changes.isEmpty, isAllAtOrBelow(horizon) else { return self }
    guard record.metadata.fields.count <= MetadataFields.countMax,
      record.metadata.encoded.count <= MetadataFields.byteCountMax
    else { return self }
    return Row(key: key, body: Body(stamp: body.stamp, state: .record(record)), changes: [])
  }
}

extension MetadataFields {
  /// Both lists ascend by key: the fields with changed values in their place, and without removed ones.
  fileprivate func applying(_ changes: [Row.Change]) -> MetadataFields {
    var result: [MetadataField] = []
    result.reserveCapacity(fields.count + changes.count)
    var index = 0
    for change in changes {
      while index < fields.count, fields[index].key < change.key {
        result.append(fields[index])
        index += 1
      }
      if index < fields.count, fields[index].key == change.key { index += 1 }
      if let value = change.value { result.append(MetadataField(key: change.key, value: value)) }
    }
    return MetadataFields(ascending: result + fields[index...])
  }
}
