internal import Primitives
internal import SnapshotFormat

/// What each object says of itself, in the order of its format page.
extension StoreIdentity {
  var inspected: [InspectedObject.Field] {
    [
      .init("identifier", .text(identifier.hex)), .init("catalog", .text("\(catalog)")),
      .init("created", .time(created)),
    ]
  }
}

extension PackReader {
  var inspected: [InspectedObject.Field] {
    [
      .init("name", .text(name.hex)), .init("created", .time(created)),
      .init("frames", .list(frames.map { .fields($0.inspected) })),
    ]
  }
}

extension PackReader.FramePlace {
  fileprivate var inspected: [InspectedObject.Field] {
    [
      .init("offset", .count(offset)), .init("bytes", .count(byteCount)), .init("kind", .text("\(header.kind)")),
      .init("encoding", .text("\(header.encoding)")), .init("storedBytes", .count(header.storedByteCount)),
      .init("rawBytes", .count(header.rawByteCount)),
      .init("entries", .list(header.entries.map { .fields($0.inspected) })),
    ]
  }
}

extension FrameEntry {
  fileprivate var inspected: [InspectedObject.Field] {
    [
      .init("id", .text(id.hex)), .init("form", .text("\(form)")), .init("formBytes", .count(formByteCount)),
      .init("chunkBytes", .count(chunkByteCount)),
    ]
  }
}

extension ManifestRoot {
  var inspected: [InspectedObject.Field] {
    var fields: [InspectedObject.Field] = [
      .init("collection", .text(collection.string)), .init("version", .number(version)),
      .init("created", .time(created)),
      .init("intent", .text(intent.hex)), .init("message", .text(message)),
      .init("contentHash", .text(totals.contentHash.hex)), .init("files", .number(totals.files)),
      .init("directories", .number(totals.directories)), .init("links", .number(totals.links)),
      .init("bytes", .number(totals.bytes)), .init("chunks", .number(totals.chunks)),
      .init("records", .number(totals.records)), .init("deleted", .number(totals.deleted)),
    ]
    if let parent {
      fields.append(.init("parentVersion", .number(parent.version)))
      fields.append(.init("parentManifest", .text(parent.digest.hex)))
    }
    fields += [
      .init("filesPages", .count(files.references.count)), .init("supportPages", .count(support.references.count)),
    ]
    if let owners { fields.append(.init("ownersPages", .count(owners.references.count))) }
    guard let vectors else { return fields }
    return fields + [
      .init("dimension", .number(UInt64(vectors.dimension))), .init("leastId", .text(vectors.leastId)),
      .init("greatestId", .text(vectors.greatestId)),
    ]
  }
}

extension Intent {
  var inspected: [InspectedObject.Field] {
    [
      .init("collection", .text(collection.string)), .init("identifier", .text(identifier.hex)),
      .init("action", .text("\(action)")), .init("baseRevision", .number(baseRevision)),
      .init("gcEpoch", .number(gcEpoch)), .init("started", .time(started)),
      .init("secondsToLive", .number(UInt64(secondsToLive))), .init("beat", .number(beat)),
      .init("owner", .text(owner)),
    ]
  }
}

extension Lease {
  var inspected: [InspectedObject.Field] {
    [
      .init("collection", .text(collection.string)), .init("token", .number(token)),
      .init("identifier", .text(identifier.hex)), .init("state", .text("\(state)")), .init("started", .time(started)),
      .init("beaten", .time(beaten)), .init("millisecondsToLive", .number(UInt64(millisecondsToLive))),
      .init("beat", .number(beat)), .init("owner", .text(owner)), .init("acquired", .number(totals.acquired)),
      .init("takenOver", .number(totals.takenOver)), .init("waitedMilliseconds", .number(totals.waitedMilliseconds)),
      .init("heldMilliseconds", .number(totals.heldMilliseconds)),
    ]
  }
}

extension CopyState {
  var inspected: [InspectedObject.Field] {
    [
      .init("store", .text(store.hex)), .init("collection", .text(collection.string)),
      .init("version", .number(version.number)), .init("manifest", .text(version.digest.hex)),
      .init("contentHash", .text(contentHash.hex)), .init("synced", .time(synced)),
      .init("packs", .list(packs.map { .text($0.hex) })), .init("inPlace", .flag(inPlace != nil)),
    ] + (origin.map { [.init("origin", .text(Printable.string($0)))] } ?? [])
      + (part.map { [.init("include", .list($0.patterns.map { .text(Printable.string($0)) }))] } ?? [])
  }
}

extension InspectedObject.Value {
  static func count(_ count: Int) -> Self { .number(UInt64(clamping: count)) }
  static func time(_ time: Timestamp) -> Self { .text(time.text) }
}
