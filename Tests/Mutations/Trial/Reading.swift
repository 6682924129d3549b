import Catalog
import Primitives
import SnapshotFormat
import SnapshotStore
import VectorCollections

/// Reads everything of a store, and compares it with what was put in.
struct Reading {
  /// What was refused, with its reason.
  private(set) var refused: [String] = []
  /// What differs from what was written, and was given out as if it were right.
  private(set) var wrong: [String] = []
  /// The same, and nobody ever wrote it at all.
  private(set) var garbage: [String] = []
  /// What is of an earlier moment.
  private(set) var older: [String] = []
  /// What was said aloud without anything being refused: a gap in a log.
  private(set) var told: [String] = []

  private let world: World
  private let store: SnapshotStore
  private let temporaryDirectory: String
  private let comparesDigests: Bool
  /// Decoded frames of trees: those of one version are most of those of the next.
  private let frames: FrameSource

  init(_ world: World, _ store: SnapshotStore, temporaryDirectory: String, plant: Plant?) {
    self.world = world
    self.store = store
    self.temporaryDirectory = temporaryDirectory
    comparesDigests = plant != .unchecked
    frames = FrameSource(tier: store.tier, cacheByteCountMax: store.limits.frameCacheByteCount)
    readStore()
    for (name, model) in world.collections.sorted(by: { $0.key < $1.key }) { read(name, model) }
  }

  private mutating func readStore() {
    reading("store") { reading throws(StoreError) in
      let identity = try reading.store.catching { () throws(CatalogError) in
        try StoreObject.read(from: reading.store.catalog.origin)
      }
      if identity != reading.world.identity { reading.wrong.append("the store's identity") }
    }
    reading("registry") { reading throws(StoreError) in
      let newest = try reading.store.catching { () throws(CatalogError) in
        try HeadLine(reading.store.catalog.origin, .store).newest()
      }
      reading.compare(newest, reading.world.registry, "@store")
    }
  }

  private mutating func compare(_ head: Head?, _ known: [UInt64: Head], _ name: String) {
    if let head, known[head.revision] != head { wrong.append("head \(head.revision) of \(name)") }
    if (head?.revision ?? 0) < known.keys.max() ?? 0 { older.append("head of \(name)") }
  }

  private mutating func read(_ name: CollectionName, _ model: CollectionModel) {
    var rows: [VersionRow] = []
    reading("head of \(name)") { reading throws(StoreError) in
      let head = try reading.store.head(of: name)
      reading.compare(head, model.heads, "\(name)")
      rows = try reading.store.catching { () throws(CatalogError) in
        try HeadLine(reading.store.catalog.origin, name).rows(of: head)
      }
    }
    var seen: Set<Digest> = []
    for row in rows {
      if model.rows[row.version] != row { wrong.append("row \(row.version) of \(name)") }
      // A root that several rows name is read once.
      guard seen.insert(row.root.digest).inserted else { continue }
      reading("\(name)@\(row.version)") { reading throws(StoreError) in
        if model.deltas.isEmpty {
          try reading.readTree(row, model, name)
        } else {
          try reading.readRecords(row, model, name)
        }
      }
    }
    if !model.deltas.isEmpty {
      reading("what waits in \(name)") { reading throws(StoreError) in try reading.readPending(name, model) }
    }
  }

  private mutating func reading(_ what: String, _ body: (inout Reading) throws(StoreError) -> Void) {
    do throws(StoreError) {
      try body(&self)
    } catch {
      refused.append("\(what): \(error)")
    }
  }
}

extension Reading {
  private mutating func readTree(
    _ row: VersionRow, _ model: CollectionModel, _ name: CollectionName
  ) throws(StoreError) {
    let manifest = try store.manifest(row, tier: store.tier, frames: frames)
    let comparesDigests = comparesDigests
    var tree = Tree()
    try manifest.forEachFile { entry throws(StoreError) in
      switch entry.content {
      case .directory: tree.append(entry.path, mode: entry.mode, .directory)
      case .link(let target): tree.append(entry.path, mode: entry.mode, .link(target: target))
      case .file(let file):
        let bytes = try manifest.bytes(of: file, comparesDigests: comparesDigests)
        tree.append(entry.path, mode: entry.mode, .file(bytes))
      }
    }
    guard model.trees[row.version] != tree else { return }
    wrong.append("\(name)@\(row.version)")
    if !world.wrote(tree) { garbage.append("\(name)@\(row.version) is a tree that nobody wrote") }
  }

  private var settings: VectorStore.Settings { VectorStore.Settings(temporaryDirectory: temporaryDirectory) }

  private mutating func readRecords(
    _ row: VersionRow, _ model: CollectionModel, _ name: CollectionName
  ) throws(StoreError) {
    let reader = try VectorStore(store, name, settings: settings).reader(row)
    let records = try reader.all()
    if let known = model.records[row.version]?.keys.min(), try reader.get(known) != records[known] {
      garbage.append("\(name)@\(row.version): \(known) looked up is another one than met")
    }
    guard model.records[row.version] != records else { return }
    wrong.append("\(name)@\(row.version)")
    if !model.records.values.contains(records) { garbage.append("\(name)@\(row.version): records nobody wrote") }
  }

  /// The newest version with the deltas behind it: what those deltas come to that are there.
  private mutating func readPending(_ name: CollectionName, _ model: CollectionModel) throws(StoreError) {
    let vectors = VectorStore(store, name, settings: settings)
    let listing = try vectors.deltas()
    for (producer, sequence) in listing.gaps { told.append("\(producer) has no delta \(sequence)") }
    for delta in listing.unreadable { told.append("\(delta)") }
    var last = listing.compacted
    for delta in listing.pending { last[delta.reference.producer] = delta.reference.sequence }
    let there = model.deltas.filter { $0.sequence <= last[$0.producer] ?? 0 }
    if there.count < model.deltas.count { older.append("deltas of \(name)") }
    let expected = there.count == model.deltas.count ? model.replayed : replayed(there)
    let records = try vectors.readerWithPending().all()
    if records != expected { wrong.append("what waits in \(name)") }
  }
}

extension VectorReader {
  fileprivate func all() throws(StoreError) -> [RecordName: RecordBody] {
    var records: [RecordName: RecordBody] = [:]
    try scan { record throws(StoreError) in
      records[record.id] = record.body
      return true
    }
    return records
  }
}

extension ManifestReader {
  /// All bytes of a file. A chunk that stands in it again is read once.
  fileprivate func bytes(of file: FileContent, comparesDigests: Bool) throws(StoreError) -> [UInt8] {
    var bytes: [UInt8] = []
    var last: (reference: Reference, bytes: [UInt8])?
    try forEachReference(of: file) { reference throws(StoreError) in
      if let last, last.reference == reference {
        bytes += last.bytes
        return
      }
      let chunk =
        try comparesDigests
        ? chunks.chunk(reference, support: support) : chunks.unverified(reference, support)
      last = (reference, chunk)
      bytes += chunk
    }
    return bytes
  }
}
