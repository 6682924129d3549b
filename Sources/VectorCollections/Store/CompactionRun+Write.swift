internal import Catalog
internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// A segment that was written to a local file.
struct SpooledSegment {
  let path: RelativePath
  let totals: SegmentTotals
  let input: FileInput
}

extension CompactionRun {
  /// Writes the new segments and the manifest of the next version. Publishes nothing.
  func write(message: String) throws(StoreError) -> WrittenManifest {
    let spooled = try spool()
    let waiting = live.waiting
    compacted = taken.enumerated().map { number, delta in
      let (applied, superseded) = outcome(of: delta, number)
      return CompactedDelta(
        producer: delta.reference.producer, sequence: delta.reference.sequence, run: delta.header.run, applied: applied,
        superseded: superseded, waiting: waiting[number] ?? WaitingRecords())
    }
    var context = vectors.store.context(base.intent)
    // Records are read one by one from afar: a chunk is worth a frame of its own.
    context.limits.chunkFrameByteCount = vectors.settings.chunkFrameByteCount
    let writer = try SnapshotWriter(context, base: base.manifest)
    try add(spooled, to: writer)
    _ = try writer.finishTree()
    let totals = kept.map(\.segment.index.totals) + spooled.map(\.totals)
    let records = Int64(base.manifest?.root.totals.records ?? 0) + live.change
    let description = SnapshotWriter.Description.Vectors(
      producers: try producers(), dimension: UInt32(schema.dimension), records: UInt64(max(0, records)),
      deleted: totals.reduce(0) { $0 + $1.deleted }, leastId: totals.map(\.leastName).min()?.string ?? "",
      greatestId: totals.map(\.greatestName).max()?.string ?? "", greatestClock: greatestClock)
    return try writer.finish(
      SnapshotWriter.Description(
        collection: vectors.collection, version: base.head.newestVersion + 1, message: message, parent: base.parent,
        vectors: description))
  }

  /// How many operations of a delta changed what was there at their turn, and how many did not.
  private func outcome(of delta: DeltaSummary, _ number: Int) -> (applied: UInt64, superseded: UInt64) {
    let operations = delta.tail.footer.counts.total
    let superseded = min(operations, live.superseded[number] ?? 0)
    return (operations - superseded, superseded)
  }

  /// Of all that is in the version: whoever has read it appends what is later.
  private var greatestClock: HybridClock {
    let segments = segments.map(\.segment.index.totals.greatestClock)
    let clocks = segments + taken.map(\.tail.footer.greatestClock)
    return clocks.reduce(base.manifest?.root.vectors?.greatestClock ?? .zero, max)
  }

  private func add(_ spooled: [SpooledSegment], to writer: SnapshotWriter) throws(StoreError) {
    guard let directory = RelativePath(VectorStore.segmentsDirectory) else { return }
    try writer.addDirectory(directory, mode: 0o755)
    var kept = self.kept.map(\.entry)[...]
    for segment in spooled.sorted(by: { $0.path < $1.path }) {
      while let entry = kept.first, entry.path < segment.path { try writer.keep(kept.removeFirst()) }
      try writer.addFile(segment.path, mode: 0o444, segment.input)
    }
    for entry in kept { try writer.keep(entry) }
  }

  /// The producers' rows of the version before, with what this one took. A delta that is tried again leaves its
  /// producer's row as it is.
  private func producers() throws(StoreError) -> [ProducerRow] {
    var rows: [ProducerName: ProducerRow] = [:]
    for row in try base.manifest?.producers() ?? [] {
      rows[row.producer] = ProducerRow(
        producer: row.producer, compacted: row.compacted, digest: row.digest, first: 0)
    }
    for delta in taken where delta.reference.sequence > state.sequence(of: delta.reference.producer) {
      let first = rows[delta.reference.producer]?.first ?? 0
      rows[delta.reference.producer] = ProducerRow(
        producer: delta.reference.producer, compacted: delta.reference.sequence, digest: delta.tail.digest,
        first: first == 0 ? delta.reference.sequence : first)
    }
    return rows.values.sorted { $0.producer < $1.producer }
  }
}

extension CompactionRun {
  /// The rows of the deltas and of the segments that are rewritten, as new segments.
  private func spool() throws(StoreError) -> [SpooledSegment] {
    if let horizon, let spooled = try spool(through: horizon) { return spooled }
    let merge = try merge(CompactedRows.Rule(horizon: nil))
    let spooled = try spool(merge)
    guard spooled.isEmpty, let row = merge.overtaken ?? table.overtaken else { return spooled }
    // Without a row there is no segment that tells what was taken, and where it came from: one that changes nothing.
    return try spool(
      try reading { () throws(FormatError) in
        try CompactedRows([RowList(ascending: [row])], rule: CompactedRows.Rule(horizon: nil))
      })
  }

  /// Nil where what is old cannot be given up.
  private func spool(through horizon: HybridClock) throws(StoreError) -> [SpooledSegment]? {
    let merge = try merge(CompactedRows.Rule(horizon: horizon, beside: kept.map(\.segment.index.totals)))
    do throws(StoreError) {
      let spooled = try spool(merge)
      guard !spooled.isEmpty else { return nil }
      givenUp = merge.greatestGivenUp
      live.giveUp(merge.givenUp)
      return spooled
    } catch {
      // To give up a prefix it was joined into the rows it covers, and made one of them too large.
      guard merge.isCrowded else { throw error }
      return nil
    }
  }

  private func merge(_ rule: CompactedRows.Rule) throws(StoreError) -> CompactedRows {
    let sources = [RowList(ascending: rows)] + rewritten.map { SegmentRows($0.segment) } as [any RowSource]
    guard sources.count <= RecordMerge.sourceCountMax else { throw .invalid("too many segments for one compaction") }
    let lookup = RowLookup(segments.map(\.segment))
    return try reading { () throws(FormatError) in
      try CompactedRows(sources, rule: rule, isAsked: { [live] in live.waitingRows[$0] != nil }) {
        [table] key throws(FormatError) in
        let old = try lookup.row(of: key)
        guard let new = table[key] else { return old }
        return old?.joined(new) ?? new
      }
    }
  }

  private func spool(_ merged: CompactedRows) throws(StoreError) -> [SpooledSegment] {
    let dead = try reading { () throws(FormatError) in try deadRows() }
    var origins = try reading { () throws(FormatError) in try self.origins() }
    var spooled: [SpooledSegment] = []
    var writer: SegmentWriter?
    while let row = try next(of: merged) {
      if let full = writer, full.isFull {
        spooled.append(try finish(full))
        writer = nil
      }
      if writer == nil {
        writer = try begin(origins, dead)
        origins = ([], [])
      }
      try reading { () throws(FormatError) in try writer?.add(row) }
    }
    if let writer { spooled.append(try finish(writer)) }
    return spooled
  }

  /// A row that is too large together with others is no damage: each of them is as it was written.
  private func next(of merged: CompactedRows) throws(StoreError) -> Row? {
    do throws(FormatError) { return try merged.next() } catch {
      throw merged.isCrowded ? .invalid("nothing was published: \(error)") : damage(error)
    }
  }

  /// A segment is begun only as long as it may be published.
  private func begin(
    _ origins: (listed: [SegmentOrigin], past: [SegmentRunTotals]), _ dead: [SegmentDeadCount]
  ) throws(StoreError) -> SegmentWriter {
    try keeper?.check()
    let settings = vectors.store.settings
    let name = UniqueName(intent: base.intent.identifier, random: AnyRandomSource(settings.random))
    var description = SegmentWriter.Description(
      schema: schema, name: name, generation: base.head.newestVersion + 1, created: settings.wallClock.now())
    description.origins = origins.listed
    description.past = origins.past
    description.dead = dead
    return SegmentWriter(description, byteCountAim: vectors.settings.segmentByteCountAim)
  }

  private func finish(_ writer: SegmentWriter) throws(StoreError) -> SpooledSegment {
    guard let path = RelativePath(SegmentIndex.path(of: writer.description.name)) else {
      throw .invalid("a segment without a path")
    }
    let file = try newFile()
    let (totals, byteCount): (SegmentTotals, UInt64)
    let (mapped, bytes): (MappedSegment?, [UInt8])
    do throws(FileError) {
      (totals, byteCount) = try write(writer, to: file)
      (mapped, bytes) = try readBack(file, byteCount)
    } catch { throw .file(error) }
    try verify(mapped, bytes)
    do throws(FileError) {
      return SpooledSegment(path: path, totals: totals, input: try FileInput(file))
    } catch { throw .file(error) }
  }

  /// Mapped; in memory, where its file system does not allow that.
  private func readBack(
    _ file: borrowing OpenFile, _ byteCount: UInt64
  ) throws(FileError) -> (MappedSegment?, [UInt8]) {
    do throws(FileError) {
      return (MappedSegment(try MappedFile(file, byteCount: byteCount)), [])
    } catch {
      guard error.meaning == .unsupported else { throw error }
      return (nil, try file.read(Int(byteCount), at: 0))
    }
  }

  /// A segment that nobody could read would stop all that comes after it: it is not published.
  private func verify(_ mapped: MappedSegment?, _ bytes: [UInt8]) throws(StoreError) {
    do throws(FormatError) {
      let segment = if let mapped { try OpenSegment(mapped) } else { try OpenSegment(SegmentInMemory(bytes)) }
      try segment.read { (reader) throws(FormatError) in try reader.verify() }
    } catch { throw .invalid("what was compacted cannot be read back; nothing was published: \(error)") }
  }

  private func newFile() throws(StoreError) -> OpenFile {
    do throws(FileError) { return try vectors.files.make() } catch { throw .file(error) }
  }

  private func write(_ writer: SegmentWriter, to file: borrowing OpenFile) throws(FileError)
    -> (totals: SegmentTotals, byteCount: UInt64)
  {
    var offset: UInt64 = 0
    let totals = try writer.finish { (piece) throws(FileError) in
      try file.write(piece, at: offset)
      offset += UInt64(piece.count)
    }.totals
    return (totals, offset)
  }

  /// What the deltas came to, and the origins of the segments that are rewritten.
  private func origins() throws(FormatError) -> (listed: [SegmentOrigin], past: [SegmentRunTotals]) {
    let new = taken.enumerated().map { number, delta in
      let (applied, superseded) = outcome(of: delta, number)
      return SegmentOrigin(
        producer: delta.reference.producer, sequence: delta.reference.sequence, digest: delta.tail.digest,
        run: delta.header.run, expected: delta.header.expected, applied: applied, superseded: superseded,
        clocks: delta.tail.footer.leastClock...max(delta.tail.footer.leastClock, delta.tail.footer.greatestClock))
    }
    var (origins, past) = (Array(new), [] as [SegmentRunTotals])
    for one in rewritten {
      let old = try one.segment.allOrigins()
      origins += old.listed
      past += old.past
    }
    return (origins, past)
  }

  private func deadRows() throws(FormatError) -> [SegmentDeadCount] {
    var dead = try DeadRows(segments.map(\.segment))
    for segment in rewritten { dead.remove(segment.name) }
    for row in rows {
      for segment in kept { try dead.add(row, in: segment.segment) }
    }
    return dead.entries
  }
}
