import Catalog
import FuzzEntries
import ObjectTier
import Primitives
import SnapshotFormat
import SnapshotStore
import VectorCollections

/// A writer who may commit, and commits a version with a page or a segment that is not what it should be. Every
/// checksum, digest and seal is right, so that what lies behind them is reached.
///
/// What can be promised: nothing traps or hangs; what `verify` finds sound reads back as the tree that the version's
/// content hash names. Records are whatever the hostile writer says they are: so it may write any.
struct HostileTrial {
  let trial: StoreTrial
  private var world: World { trial.world }

  struct Change {
    let kind: ObjectKind
    let change: ByteChange
    let isMended: Bool

    init(_ kind: ObjectKind, _ chance: inout Chance) {
      self.kind = kind
      change = chance.pick(ByteChange.allCases) ?? .flip
      isMended = kind == .segment && chance.happens(75)
    }

    var name: String { (isMended ? "mended " : "") + change.rawValue }
  }

  /// Nil when the world has nothing of the kind.
  func run(_ change: Change, _ chance: inout Chance) throws -> Verdict? {
    trial.tier.objects = world.objects
    let names = world.names.filter { change.kind == .page || world.collections[$0]?.deltas.isEmpty == false }
    guard let name = chance.pick(names), let model = world.collections[name], let row = model.newestHead?.newestRow
    else { return nil }
    let store = trial.store
    let manifest = try store.manifest(row)
    let written =
      change.kind == .page
      ? try self.page(manifest, store, change, &chance) : try segment(manifest, store, change, &chance)
    guard let written else { return nil }
    let version = NewVersion(
      root: written.root, contentHash: written.contentHash, fileCount: row.fileCount, recordCount: row.recordCount,
      byteCount: row.byteCount, message: "hostile")
    let transaction = CommitTransaction(store.catalog, name, settings: store.settings, deadline: .never)
    let head = try transaction.retrying { _ throws(CatalogError) in
      Proposal([model.deltas.isEmpty ? .create(version) : .compact(version)])
    }.head
    return judge(name, model, head, before: row.version)
  }

  private func judge(
    _ name: CollectionName, _ model: CollectionModel, _ head: Head, before: UInt64
  ) -> Verdict {
    let verified = trial.verify()
    var known = world
    known.promise(head, of: name, like: before)
    let reading = Reading(
      known, trial.store, temporaryDirectory: trial.temporaryDirectory, plant: trial.plant)
    if !verified.isSound { return .detected }
    if reading.wrong.isEmpty { return reading.refused.isEmpty ? .harmless : .detected }
    return model.deltas.isEmpty ? .failed("verify finds nothing: \(reading.wrong)") : .forged
  }

  private struct Written {
    let root: SealedReference
    let contentHash: Digest
  }

  /// A root that differs from `manifest` in one page, whose bytes were changed.
  private func page(
    _ manifest: ManifestReader, _ store: SnapshotStore, _ change: Change, _ chance: inout Chance
  ) throws -> Written? {
    var lists = [manifest.root.files, manifest.root.support]
    if let vectors = manifest.root.vectors { lists.append(vectors.producers) }
    let places = lists.indices.flatMap { list in
      lists[list].references.indices.filter { lists[list].references[$0] != nil }.map { (list, $0) }
    }
    guard let (list, index) = chance.pick(places), let reference = lists[list].references[index] else { return nil }
    let sound = try manifest.chunks.chunk(reference, support: list == 0 ? manifest.support : .empty)
    var bytes = sound
    change.change.apply(to: &bytes, donor: sound, &chance)
    guard !bytes.isEmpty, bytes.count <= Limits.frameRawByteCount, bytes != sound else { return nil }
    var references = lists[list].references
    references[index] = stored(bytes, &chance)
    lists[list] = ReferenceList(level: lists[list].level, references: references)
    return sealed(manifest.root, lists, &chance)
  }

  private func stored(_ bytes: [UInt8], _ chance: inout Chance) -> Reference {
    let entry = FrameEntry(
      id: .of(bytes.rawSpan), formOffset: 0, formByteCount: bytes.count, chunkByteCount: bytes.count, form: .full)
    let frame = FrameEncoder().encode(bytes.rawSpan, entries: [entry], kind: .pages).bytes
    let pack = UniqueName(high: chance.next(), low: chance.next())
    var builder = PackBuilder(name: pack, created: Timestamp(milliseconds: 1))
    let offset = builder.append(frame: frame, entryCount: 1)
    _ = trial.tier.create(.pack(pack), builder.finish())
    let place = Reference.Place(
      pack: pack, frameOffset: offset, frameByteCount: frame.count, formOffset: 0, formByteCount: bytes.count)
    return Reference(id: entry.id, byteCount: bytes.count, place: place)
  }

  private func sealed(_ root: ManifestRoot, _ lists: [ReferenceList], _ chance: inout Chance) -> Written {
    let vectors = root.vectors.map {
      ManifestRoot.Vectors(
        producers: lists[2], dimension: $0.dimension, leastId: $0.leastId, greatestId: $0.greatestId)
    }
    let changed = ManifestRoot(
      collection: root.collection, version: root.version, created: root.created, intent: root.intent,
      message: root.message, totals: root.totals, parent: root.parent, files: lists[0], support: lists[1],
      vectors: vectors)
    let name = UniqueName(high: chance.next(), low: chance.next())
    let object = changed.encode(named: name)
    _ = trial.tier.create(.manifest(name), object.bytes)
    return Written(
      root: SealedReference(name: name, byteCount: UInt32(object.bytes.count), digest: object.digest),
      contentHash: root.totals.contentHash)
  }

  /// A version whose files are those of `manifest`, one segment of them changed.
  private func segment(
    _ manifest: ManifestReader, _ store: SnapshotStore, _ change: Change, _ chance: inout Chance
  ) throws -> Written? {
    guard let vectors = manifest.root.vectors else { return nil }
    var files: [(FileEntry, [UInt8])] = []
    try manifest.forEachFile { entry throws(StoreError) in
      guard case .file(let file) = entry.content else { return files.append((entry, [])) }
      var bytes: [UInt8] = []
      try manifest.forEachReference(of: file) { reference throws(StoreError) in
        bytes += try manifest.chunks.chunk(reference, support: manifest.support)
      }
      files.append((entry, bytes))
    }
    let segments = files.indices.filter { files[$0].0.byteCount > 0 }
    guard let chosen = chance.pick(segments) else { return nil }
    let donor = files[chance.pick(segments) ?? chosen].1
    change.change.apply(to: &files[chosen].1, donor: donor, &chance)
    if change.isMended { files[chosen].1.mendSegment() }
    let context = store.context(
      Intent(
        collection: manifest.root.collection, identifier: IntentIdentifier(value: chance.next()), action: .compact,
        baseRevision: 1, gcEpoch: 0, started: Timestamp(milliseconds: 1), secondsToLive: 1, owner: ""))
    let writer = try SnapshotWriter(context, base: nil)
    for (entry, bytes) in files {
      if case .file = entry.content {
        try writer.addFile(entry.path, mode: entry.mode, BytesInput(bytes))
      } else {
        try writer.addDirectory(entry.path, mode: entry.mode)
      }
    }
    _ = try writer.finishTree()
    let totals = manifest.root.totals
    let written = try writer.finish(
      SnapshotWriter.Description(
        collection: manifest.root.collection, version: manifest.root.version + 1, message: "",
        vectors: SnapshotWriter.Description.Vectors(
          producers: try manifest.producers(), dimension: vectors.dimension, records: totals.records,
          deleted: totals.deleted, leastId: vectors.leastId, greatestId: vectors.greatestId)))
    let root = SealedReference(
      name: written.name, byteCount: UInt32(written.byteCount), digest: written.digest)
    return Written(root: root, contentHash: written.contentHash)
  }
}

extension World {
  /// Takes a head for right whose newest version has the content of another one.
  fileprivate mutating func promise(_ head: Head, of name: CollectionName, like before: UInt64) {
    guard var model = collections[name] else { return }
    model.heads[head.revision] = head
    model.rows[head.newestVersion] = head.newestRow
    model.trees[head.newestVersion] = model.trees[before]
    model.records[head.newestVersion] = model.records[before]
    collections[name] = model
  }
}
