import Primitives
import SnapshotEngine

extension Snapshot {
  /// The `snapshot` object.
  var json: JSONValue {
    .object(
      "snapshot",
      [
        "collection": .string(collection), "version": .count(version), "manifest": .hash(manifest),
        "contentHash": .hash(contentHash), "created": .time(created), "message": .string(message), "tags": .texts(tags),
        "holds": .array(holds.map(\.json)), "files": .count(files), "records": .count(records),
        "bytes": .count(bytes),
      ])
  }

  /// The `snapshot` object, with what its manifest says.
  ///
  /// - Parameter owners: whether owners are recorded; nil: not known.
  func json(owners: Bool?) -> JSONValue {
    guard case .object(let members) = json else { return json }
    return .object(members + [JSONMember("owners", owners.map { .boolean($0) } ?? .null)])
  }

  var name: String { "\(collection)@\(version)" }

  /// One line of a list.
  var line: String {
    var parts = [name, created.text, Amount.count(files, "file")]
    if records > 0 { parts.append(Amount.count(records, "record")) }
    parts.append(Amount.bytes(bytes))
    if !tags.isEmpty { parts.append("[\(tags.joined(separator: ", "))]") }
    if !holds.isEmpty { parts.append("(held\(holds.count > 1 ? " \(holds.count) times" : holds[0].limit))") }
    if !message.isEmpty { parts.append(Printable.string(message)) }
    return parts.joined(separator: "  ")
  }

  /// All of it, a line for each field.
  ///
  /// - Parameter owners: whether owners are recorded; nil: not known.
  func page(owners: Bool?) -> String {
    let isRecorded = owners.map { $0 ? "recorded" : "not recorded" } ?? "not known: its manifest cannot be read"
    let fields = [
      ("version", name), ("created", created.text), ("tags", tags.joined(separator: ", ")),
      ("message", Printable.string(message)), ("holds", holds.map(\.words).joined(separator: ", ")),
      ("files", "\(files)"), ("records", "\(records)"),
      ("bytes", "\(bytes) (\(Amount.bytes(bytes)))"), ("owners", isRecorded), ("content hash", contentHash.hex),
      ("manifest", manifest.hex),
    ]
    return fields.map { name, value in name + String(repeating: " ", count: 14 - name.count) + value }
      .joined(separator: "\n")
  }
}

extension SnapshotHold {
  fileprivate var json: JSONValue {
    .object([JSONMember("until", .time(until)), JSONMember("message", .string(message))])
  }

  fileprivate var limit: String { until.map { " until \($0.text)" } ?? "" }

  fileprivate var words: String {
    let limit = until.map { "until \($0.text)" } ?? "until released"
    return message.isEmpty ? limit : "\(limit) (\(Printable.string(message)))"
  }
}

extension CreatedSnapshot {
  /// The `created` object.
  var json: JSONValue {
    .object(
      "created",
      [
        "collection": .string(snapshot.collection), "version": .count(version), "manifest": .hash(snapshot.manifest),
        "contentHash": .hash(snapshot.contentHash), "unchanged": .boolean(isUnchanged),
        "bytesTotal": .count(bytesTotal),
        "bytesChanged": .count(bytesChanged), "bytesStored": .count(bytesStored), "chunksNew": .count(chunksNew),
        "chunksPatched": .count(chunksPatched), "skipped": .count(skippedCount), "vanished": .count(vanishedCount),
        "seconds": .seconds(seconds),
      ])
  }

  var text: String {
    guard !isUnchanged else { return "\(snapshot.name) has this content already: nothing to do" }
    return """
      \(snapshot.name): \(Amount.bytes(bytesStored)) stored for \(Amount.bytes(bytesChanged)) changed of \
      \(Amount.bytes(bytesTotal)), in \(Amount.seconds(seconds))
      """
  }
}
