import Primitives
import SnapshotEngine

extension Compacted {
  /// The `created` object.
  func json(_ collection: String) -> JSONValue {
    .object(
      "created",
      [
        "collection": .string(collection), "version": .count(snapshot?.version), "manifest": .hash(snapshot?.manifest),
        "contentHash": .hash(snapshot?.contentHash), "unchanged": .boolean(isUnchanged),
        "bytesTotal": .count(bytesTotal), "bytesChanged": .count(bytesChanged), "bytesStored": .count(bytesStored),
        "chunksNew": .count(chunksNew),
        "chunksPatched": .count(chunksPatched), "seconds": .seconds(seconds), "records": .count(snapshot?.records),
        "deltas": .count(deltas), "applied": .count(applied), "superseded": .count(superseded),
        "quarantined": .count(quarantined.count), "taken": .array(taken.map(\.json)),
        "waiting": .count(held.count), "leavesDeltas": .boolean(leavesDeltas),
        "leaseToken": .count(lease?.token),
        "lockWaitSeconds": lease.map { .seconds($0.waitedSeconds) } ?? .null,
        "lockHoldSeconds": lease.map { .seconds($0.heldSeconds) } ?? .null,
      ])
  }

  func text(_ collection: String) -> String {
    guard let snapshot, !isUnchanged else {
      let waiting = Amount.count(UInt64(held.count), "delta")
      return held.isEmpty
        ? "\(collection): nothing waits for compaction" : "\(collection): nothing can be taken; \(waiting) held back"
    }
    let left = leavesDeltas ? "; more deltas wait" : ""
    return """
      \(snapshot.name): \(Amount.count(UInt64(deltas), "delta")), \(applied) operations applied and \(superseded) \
      superseded, \(Amount.count(snapshot.records, "record")), \(Amount.bytes(bytesStored)) stored, in \
      \(Amount.seconds(seconds))\(left)
      """
  }
}

extension TakenDelta {
  fileprivate var json: JSONValue {
    .object([
      JSONMember("producer", .string(producer)), JSONMember("sequence", .count(sequence)),
      JSONMember("run", .string(run)), JSONMember("applied", .count(applied)),
      JSONMember("superseded", .count(superseded)), JSONMember("waiting", .count(waiting)),
      JSONMember("waitingIds", .texts(waitingIdentifiers)),
    ])
  }

  /// Which changes wait for their record.
  var waitingLine: String {
    let names = waitingIdentifiers.map { Printable.string($0) }.joined(separator: ", ")
    let more = waiting > UInt64(waitingIdentifiers.count) ? ", …" : ""
    return "\(producer) \(sequence): changes wait for the records of \(Amount.count(waiting, "id")): \(names)\(more)"
  }
}

extension CompactedRecord {
  /// One of the type that its fate is.
  var json: JSONValue {
    .object(
      fate.rawValue,
      [
        "id": isPrefix ? .null : .string(name), "prefix": isPrefix ? .string(name) : .null,
        "producer": .string(producer), "sequence": .count(sequence), "operations": .count(operations),
        "reason": .text(reason),
      ])
  }

  var line: String {
    let what = "\(Printable.string(name))\(isPrefix ? "…" : "")"
    let why = reason.map { "  \(Printable.string($0))" } ?? ""
    return "\(fate.rawValue)  \(what)  \(producer) \(sequence)  \(Amount.count(operations, "operation"))\(why)"
  }
}

extension CompactionCounts {
  /// The `metrics` object.
  func json(_ collection: String) -> JSONValue {
    .object(
      "metrics",
      [
        "collection": .string(collection), "seconds": .seconds(seconds), "looks": .count(looks),
        "compactions": .count(compactions), "versions": .count(versions), "deltas": .count(deltas),
        "applied": .count(applied), "superseded": .count(superseded), "quarantined": .count(quarantined),
        "conflicts": .count(conflicts), "locked": .count(locked), "tierFailures": .count(tierFailures),
        "lockWaitSeconds": .seconds(lockWaitSeconds), "lockHoldSeconds": .seconds(lockHoldSeconds),
      ])
  }

  func text(_ collection: String) -> String {
    """
    \(collection): \(Amount.count(versions, "version")) of \(Amount.count(deltas, "delta")) in \
    \(Amount.seconds(seconds)), \(applied) operations applied and \(superseded) superseded, \
    \(quarantined) deltas set aside, \(Amount.count(conflicts, "conflict")), locked out \(Amount.count(locked, "time"))
    """
  }
}
