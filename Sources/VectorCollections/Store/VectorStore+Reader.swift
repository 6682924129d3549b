internal import Catalog
internal import ObjectTier
internal import Primitives
package import SnapshotFormat
package import SnapshotStore

extension VectorStore {
  /// Opens one version for reading.
  ///
  /// Segments in a copy are mapped where they are, once they were compared.
  package func reader(_ row: VersionRow, _ access: SegmentAccess = .mapped) throws(StoreError) -> VectorReader {
    if case .copy(let copy) = access, let reader = try reader(row, of: copy) { return reader }
    let manifest = try store.manifest(row)
    guard manifest.root.kind == .vectors else { throw .catalog(.registeredAs(collection, .tree)) }
    let segments = try segments(of: manifest, access)
    guard let schema = try schema(manifest) else { throw .invalid("the version does not tell its dimension") }
    return VectorReader(row, schema, segments.map(\.segment))
  }

  /// The same without asking the store, where the copy remembers the manifest of the version and has all its segments.
  private func reader(_ row: VersionRow, of copy: SegmentCopy) throws(StoreError) -> VectorReader? {
    guard let manifest = copy.manifest, manifest.digest == row.root.digest, manifest.root.kind == .vectors,
      let schema = try schema(manifest)
    else { return nil }
    var segments: [OpenSegment] = []
    guard let directory = SegmentFiles.directory(of: copy) else { return nil }
    for entry in try entries(of: manifest) {
      guard let segment = try files.local(entry, of: manifest, in: copy, directory) else { return nil }
      segments.append(segment)
    }
    return VectorReader(row, schema, segments)
  }

  /// Opens the newest version and the deltas behind it: whatever was appended before is seen.
  ///
  /// Deltas are opened by their exact names; then the head is read again, and when a compaction took some of them
  /// meanwhile, all is done once more.
  /// - Throws: `.invalid` when more waits than a reader takes in: compact first.
  package func readerWithPending(_ access: SegmentAccess = .mapped) throws(StoreError) -> VectorReader {
    for _ in 0..<settings.overlayAttemptCountMax {
      let head = try head()
      let manifest = try manifest(of: head)
      let state = try CompactedState(head, manifest)
      let schema = try schema(manifest, head) ?? VectorSchema(dimension: 0)
      let overlay = try overlay(schema, after: state)
      let after = try self.head()
      guard after.newestVersion == head.newestVersion, let overlay else { continue }
      var segments =
        try manifest.map { manifest throws(StoreError) in
          try self.segments(of: manifest, access)
        }?.map(\.segment) ?? []
      if let overlay = overlay.segment { segments.append(overlay) }
      return VectorReader(head.newestRow, schema, segments, pending: overlay.deltas)
    }
    throw .invalid("deltas were compacted faster than they could be read; try again")
  }

  private struct Overlay {
    let deltas: [DeltaSummary]
    /// Nil when nothing waits.
    let segment: OpenSegment?
  }

  /// The deltas that wait, as one segment in memory; nil when one of them went while they were read.
  private func overlay(_ schema: VectorSchema, after state: CompactedState) throws(StoreError) -> Overlay? {
    let log = log(schema)
    let pending = try catching { () throws(DeltaLogError) in try log.pending(after: state) }
    if let delta = pending.unreadable.first { throw damaged(delta.reference, "\(delta.error)") }
    let deltas = pending.summaries.filter {
      $0.header.schema == schema && $0.tail.footer.leastClock > state.oldestRecord
    }
    let byteCount = deltas.reduce(0) { $0 + min($1.reference.byteCount, UInt64(DeltaLimits.byteCount)) }
    guard byteCount <= settings.overlayByteCountMax else {
      throw .invalid("\(byteCount) bytes of deltas wait, more than a reader takes in: compact first")
    }
    guard let table = try table(of: deltas, log) else { return nil }
    guard !table.isEmpty else { return Overlay(deltas: deltas, segment: nil) }
    var writer = SegmentWriter(
      SegmentWriter.Description(
        schema: schema, name: UniqueName(random: AnyRandomSource(store.settings.random)), generation: .max,
        created: store.settings.wallClock.now()), byteCountAim: .max)
    do throws(FormatError) {
      for row in table.sorted { try writer.add(row) }
      return Overlay(deltas: deltas, segment: try OpenSegment(SegmentInMemory(writer.finish().bytes)))
    } catch { throw .invalid("what waits cannot be read together: \(error); compact first") }
  }

  /// All rows of the deltas; nil when one of them went while they were read.
  ///
  /// - Throws: `.damage` for a delta that cannot be read: a reader would miss records without knowing. A compaction
  ///   sets it aside, with its reason; after that, what is left can be read.
  private func table(of deltas: [DeltaSummary], _ log: DeltaLog) throws(StoreError) -> RowTable? {
    var table = RowTable()
    for (number, delta) in deltas.enumerated() {
      do throws(IntakeFailure) {
        try log.absorb(delta, as: number, into: &table)
      } catch {
        switch error {
        case .log(.outcomeUnknown): return nil
        case .log(let error): throw StoreError(error, in: store.catalog.origin)
        case .unusable(let reason): throw damaged(delta.reference, reason)
        case .tooMuch(let reason):
          let name = "\(delta.reference.producer)/\(delta.reference.sequence)"
          throw .invalid("what waits cannot be read together: \(name): \(reason); compact first")
        }
      }
      guard UInt64(table.byteCount) <= settings.overlayByteCountMax else {
        throw .invalid("\(table.byteCount) bytes of rows wait, more than a reader takes in: compact first")
      }
    }
    return table
  }

  private func damaged(_ delta: DeltaReference, _ reason: String) -> StoreError {
    let key = ObjectKey.delta(collection, delta.producer, sequence: delta.sequence)
    return .damage(Damage(tier: store.catalog.origin.location, object: key.string, kind: .damaged, reason: reason))
  }
}
