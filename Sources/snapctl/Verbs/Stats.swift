import ArgumentParser
import Primitives
import SnapshotEngine

struct Stats: Verb {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Says what a store, or a collection, takes and holds.",
    discussion: """
      Bytes of versions against bytes that are stored, chunks by form, what each version brought, what waits for \
      compaction; and of the store how caches served this host, counted in its state directory since that was made.

      Example:
        snapctl stats
        snapctl stats words --json
      """)

  @Argument(help: "The collection; none: all of them.") var name: String?
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in session: Session) async throws(EngineError) -> Int32 {
    let engine = try await session.open()
    let statistics = try await engine.statistics(of: name)
    let console = session.console
    for collection in statistics.collections {
      let text = name == nil ? [collection.line] : [collection.line] + collection.details
      console.result(collection.json(withGrowth: name != nil), text.joined(separator: "\n"))
    }
    if name == nil { console.result(statistics.json, statistics.line) }
    return 0
  }
}

extension CollectionStatistics {
  /// The `stats` object of one collection.
  fileprivate func json(withGrowth: Bool) -> JSONValue {
    .object(
      "stats",
      [
        "collection": .string(collection), "kind": .string(kind.rawValue), "versions": .count(versions),
        "bytesNewest": .count(bytesNewest), "bytesTotal": .count(bytesTotal), "bytesStored": .count(bytesStored),
        "dedupeRatio": dedupeRatio.map { .number($0) } ?? .null, "forms": .array(forms.map(\.json)),
        "greatestChainDepth": .count(greatestChainDepth), "backlog": backlog?.json ?? .null,
        "locks": locks?.json ?? .null,
        "growth": withGrowth ? .array(growth.map(\.json)) : .null,
      ])
  }

  fileprivate var line: String {
    var parts = [
      collection, Amount.count(versions, "version"),
      "\(Amount.bytes(bytesStored)) stored for \(Amount.bytes(bytesTotal))", "newest \(Amount.bytes(bytesNewest))",
    ]
    if let backlog, backlog.deltas > 0 || backlog.unusable > 0 {
      parts.append("\(Amount.count(backlog.deltas, "delta")) waiting, \(Amount.bytes(backlog.bytes))")
      if backlog.unusable > 0 { parts.append("\(backlog.unusable) unusable") }
    }
    return parts.joined(separator: "  ")
  }

  private var lockDetails: [String] {
    guard let locks else { return [] }
    let taken = locks.takenOver == 0 ? "" : ", \(locks.takenOver) taken over"
    return [
      "  leases: \(locks.acquired) acquired\(taken), waited \(Amount.seconds(locks.waitedSeconds)), held "
        + Amount.seconds(locks.heldSeconds)
    ]
  }

  fileprivate var details: [String] {
    let forms = forms.map {
      let kept = "\(Amount.bytes($0.bytes)) kept as \(Amount.bytes($0.formBytes))"
      return "  \($0.name): \(Amount.count($0.chunks, "chunk")), \(kept)"
    }
    return forms + lockDetails
      + growth.map {
        "  @\($0.version)  \($0.created.text)  \(Amount.bytes($0.bytesStored)) stored for \(Amount.bytes($0.bytes))"
      }
  }
}

extension CollectionStatistics.Form {
  fileprivate var json: JSONValue {
    .object([
      JSONMember("form", .string(name)), JSONMember("chunks", .count(chunks)), JSONMember("bytes", .count(bytes)),
      JSONMember("formBytes", .count(formBytes)),
    ])
  }
}

extension CollectionStatistics.Growth {
  fileprivate var json: JSONValue {
    .object([
      JSONMember("version", .count(version)), JSONMember("created", .time(created)),
      JSONMember("bytes", .count(bytes)), JSONMember("bytesStored", .count(bytesStored)),
    ])
  }
}

extension CollectionStatistics.Backlog {
  fileprivate var json: JSONValue {
    .object([
      JSONMember("deltas", .count(deltas)), JSONMember("bytes", .count(bytes)),
      JSONMember("operations", .count(operations)), JSONMember("unusable", .count(unusable)),
    ])
  }
}

extension StoreStatistics {
  /// The `stats` object of the store.
  fileprivate var json: JSONValue {
    .object(
      "stats",
      [
        "collection": .null, "collections": .count(collections.count),
        "versions": .count(collections.reduce(0) { $0 + $1.versions }),
        "bytesTotal": .count(collections.reduce(0) { $0 + $1.bytesTotal }),
        "bytesStored": .count(collections.reduce(0) { $0 + $1.bytesStored }), "packs": .count(packs),
        "packBytes": .count(packBytes), "packBytesElsewhere": .count(packBytesElsewhere),
        "cache": cache?.json ?? .null,
        "seconds": .seconds(seconds),
      ])
  }

  fileprivate var line: String {
    let elsewhere = packBytesElsewhere == 0 ? "" : ", \(Amount.bytes(packBytesElsewhere)) of them of no version"
    let served = cache?.line ?? "caches: nothing is known on this host"
    return "\(Amount.count(packs, "pack"))  \(Amount.bytes(packBytes))\(elsewhere)\n\(served)"
  }
}

extension StoreStatistics.Cache {
  fileprivate var json: JSONValue {
    .object([
      JSONMember("since", .time(since)), JSONMember("hits", .count(service.hits)),
      JSONMember("misses", .count(service.misses)), JSONMember("bytesRead", .count(service.bytesRead)),
      JSONMember("bytesFilled", .count(service.bytesFilled)), JSONMember("failures", .count(service.failures)),
      JSONMember("damaged", .count(service.damaged)),
    ])
  }

  fileprivate var line: String {
    """
    caches, on this host since \(since.text): \(Amount.count(service.hits, "hit")), \(service.misses) missed, \
    \(Amount.bytes(service.bytesRead)) read, \(Amount.bytes(service.bytesFilled)) filled
    """
  }
}
