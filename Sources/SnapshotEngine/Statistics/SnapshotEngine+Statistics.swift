internal import Catalog
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore
internal import VectorCollections

extension SnapshotEngine {
  /// What the store, or one collection, takes and holds. Reads heads and the pages of the newest versions; no chunk.
  ///
  /// - Throws: `.notFound` when there is no such collection.
  public func statistics(of collection: String? = nil) async throws(EngineError) -> StoreStatistics {
    let wanted = try collection.map { text throws(EngineError) in try Names.collection(text) }
    return try await perform { call throws(EngineError) in
      let names = if let wanted { [wanted] } else { try call.registered() }
      let census = try call.catching { () throws(StoreError) in try PackCensus(call.store) }
      var (statistics, attributed): ([CollectionStatistics], UInt64) = ([], 0)
      for name in names {
        let (one, packBytes) = try call.statistics(of: name, census)
        statistics.append(one)
        attributed += packBytes
      }
      return StoreStatistics(
        collections: statistics, packs: census.packCount, packBytes: census.byteCount,
        packBytesElsewhere: census.byteCount - min(attributed, census.byteCount),
        cache: call.wiring.ledger.totals().map { StoreStatistics.Cache(since: $0.since, service: $0.service) },
        seconds: call.seconds)
    }
  }
}

extension EngineCall {
  /// The names of all collections.
  func registered() throws(EngineError) -> [CollectionName] {
    try catching { () throws(CatalogError) in
      try CollectionRegistry(catalog, settings: wiring.settings).collections()
    }.map(\.name)
  }

  fileprivate func statistics(
    of name: CollectionName, _ census: PackCensus
  ) throws(EngineError) -> (CollectionStatistics, packBytes: UInt64) {
    let head = try head(of: name)
    let rows = try catching { () throws(CatalogError) in try HeadLine(catalog.origin, name).rows(of: head) }
    var packBytes: UInt64 = 0
    let growth = rows.map { row in
      let bytes = census.byteCount(of: row.root.name.intent)
      packBytes += bytes
      return CollectionStatistics.Growth(
        version: row.version, created: row.created, bytes: row.byteCount,
        bytesStored: bytes + UInt64(row.root.byteCount))
    }
    let forms = try rows.last.map { row throws(EngineError) in
      try catching { () throws(StoreError) in try FormCensus(try store.manifest(row)) }
    }
    let statistics = CollectionStatistics(
      collection: name.string, kind: head.kind == .vectors ? .vectors : .tree, versions: UInt64(rows.count),
      bytesNewest: rows.last?.byteCount ?? 0, bytesTotal: rows.reduce(0) { $0 + $1.byteCount },
      bytesStored: growth.reduce(0) { $0 + $1.bytesStored },
      forms: forms.map { CollectionStatistics.Form.all($0) } ?? [],
      greatestChainDepth: forms?.greatestChainDepth ?? 0, growth: growth,
      backlog: head.kind == .vectors ? try backlog(of: name) : nil,
      locks: LockStatus(try look(name), of: name).totals)
    return (statistics, packBytes)
  }

  private func backlog(of name: CollectionName) throws(EngineError) -> CollectionStatistics.Backlog {
    let listing = try catching { () throws(StoreError) in try vectors(name).deltas() }
    return CollectionStatistics.Backlog(
      deltas: UInt64(listing.pending.count), bytes: listing.pending.reduce(0) { $0 + $1.reference.byteCount },
      operations: listing.pending.reduce(0) { $0 + $1.tail.footer.counts.total },
      unusable: UInt64(listing.unreadable.count + listing.quarantined.count))
  }
}

extension CollectionStatistics.Form {
  fileprivate static func all(_ census: FormCensus) -> [CollectionStatistics.Form] {
    let forms: [(ChunkForm, String)] = [
      (.full, "full"), (.sparsePatch, "sparsePatch"), (.prefixPatch, "prefixPatch"),
    ]
    return forms.compactMap { form, name in
      census.counts[form].map {
        CollectionStatistics.Form(name: name, chunks: $0.chunks, bytes: $0.bytes, formBytes: $0.formBytes)
      }
    }
  }
}
