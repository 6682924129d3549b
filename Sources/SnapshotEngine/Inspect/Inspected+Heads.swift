internal import Primitives
internal import SnapshotFormat

extension Head {
  var inspected: [InspectedObject.Field] {
    [
      .init("collection", .text(collection.string)), .init("kind", .text("\(kind)")),
      .init("revision", .number(revision)),
      .init("action", .text("\(action)")), .init("created", .time(created)),
      .init("writeId", .text(writeIdentifier.hex)), .init("intent", .text(intent.hex)),
      .init("newestVersion", .number(newestVersion)), .init("gcEpoch", .number(fences.gcEpoch)),
      .init("leastIntentEpoch", .number(fences.leastIntentEpoch)), .init("leaseToken", .number(fences.leaseToken)),
      .init("oldestRecord", .number(fences.oldestRecord)), .init("versions", .list(rows.map { .fields($0.inspected) })),
      .init("older", .list(older.map { .fields($0.inspected) })),
      .init("tags", .list(tags.map { .text("\($0.name)=\($0.version)") })),
      .init("holds", .list(holds.map { .text("\($0.version) \($0.label)") })),
      .init("policy", .list(policy.map { .text("\($0.key)=\($0.value)") })),
      .init("quarantine", .list(quarantine.map { .fields($0.inspected) })),
      .init("collections", .list(collections.map { .text("\($0.name) \($0.kind)") })),
    ] + (schema.map { [.init("dimension", .number(UInt64($0.dimension)))] } ?? [])
  }
}

extension VersionsObject {
  var inspected: [InspectedObject.Field] {
    [.init("collection", .text(collection.string)), .init("versions", .list(rows.map { .fields($0.inspected) }))]
  }
}

extension VersionRow {
  fileprivate var inspected: [InspectedObject.Field] {
    [
      .init("version", .number(version)), .init("root", .text(root.name.hex)),
      .init("manifest", .text(root.digest.hex)),
      .init("contentHash", .text(contentHash.hex)), .init("created", .time(created)),
      .init("files", .number(fileCount)),
      .init("records", .number(recordCount)), .init("bytes", .number(byteCount)),
      .init("writeId", .text(writeIdentifier.hex)), .init("message", .text(message)),
    ]
  }
}

extension OlderVersions {
  fileprivate var inspected: [InspectedObject.Field] {
    [.init("first", .number(first)), .init("last", .number(last)), .init("object", .text(object.name.hex))]
  }
}

extension QuarantinedDelta {
  fileprivate var inspected: [InspectedObject.Field] {
    [
      .init("producer", .text(producer.string)), .init("sequence", .number(sequence)),
      .init("digest", .text(digest.hex)),
      .init("reason", .text(reason)),
    ]
  }
}
