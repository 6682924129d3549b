package import Primitives
package import SnapshotFormat

/// What a dictionary holds after all operations were done on it one after the other, in the order of their stamps.
package func replayed(_ operations: [(ProducerName, StampedOperation)]) -> [RecordName: RecordBody] {
  var records: [RecordName: RecordBody] = [:]
  let ordered = operations.sorted {
    Stamp(clock: $0.1.clock, producer: $0.0) < Stamp(clock: $1.1.clock, producer: $1.0)
  }
  for (_, stamped) in ordered { replay(stamped.operation, on: &records) }
  return records
}

private func replay(_ operation: RecordOperation, on records: inout [RecordName: RecordBody]) {
  switch operation {
  case .upsert(let name, let body): records[name] = body
  case .delete(let name): records[name] = nil
  case .deletePrefix(let prefix): records = records.filter { !$0.key.hasPrefix(prefix) }
  case .patch(let name, let fields):
    if let body = records[name] { records[name] = patched(body, fields) }
  case .patchPrefix(let prefix, let fields):
    for (name, body) in records where name.hasPrefix(prefix) { records[name] = patched(body, fields) }
  }
}

private func patched(_ body: RecordBody, _ changes: MetadataFields) -> RecordBody {
  var values = Dictionary(uniqueKeysWithValues: body.metadata.fields.map { ($0.key, $0.value) })
  for field in changes.fields { values[field.key] = field.value }
  let fields = values.compactMap { key, value in value.map { MetadataField(key: key, value: $0) } }
  return RecordBody(vector: body.vector, document: body.document, metadata: MetadataFields(fields)!)
}

/// All rows of some operations, joined in the given order.
package func rows(_ operations: [(ProducerName, StampedOperation)]) -> [RowKey: Row] {
  var rows: [RowKey: Row] = [:]
  for (producer, stamped) in operations {
    let row = Row(stamped, by: producer)
    rows[row.key] = rows[row.key]?.joined(row) ?? row
  }
  return rows
}

/// The records that rows come to.
package func visible(_ rows: [RowKey: Row]) -> [RecordName: RecordBody] {
  var records: [RecordName: RecordBody] = [:]
  for (key, row) in rows where !key.isPrefix {
    let covering = rows.values.filter { $0.key.covers(key) }
    records[key.name] = covering.reduce(row) { $0.joined($1) }.visible
  }
  return records
}
