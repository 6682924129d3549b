import Catalog
import DirectoryCatalog
import ObjectTier
import Primitives
import RecordSamples
import SnapshotFormat
import SnapshotStore
import Synchronization
import VectorCollections

/// Time that goes on by a second at each look, so that the same seed makes the same store.
final class CountingClock: WallClock {
  private let time = Mutex<Int64>(1_700_000_000_000)

  func now() -> Timestamp {
    time.withLock { time in
      time += 1_000
      return Timestamp(milliseconds: time)
    }
  }
}

/// What is wrong with this program or with a store nobody touched.
struct Unsound: Error {
  let reason: String

  static func known<Value>(_ value: Value?, _ what: String) throws(Unsound) -> Value {
    guard let value else { throw Unsound(reason: "there is no \(what)") }
    return value
  }
}

/// Makes a store with the engine's own writers, and writes down beside it what was put in.
final class WorldBuilder {
  let tier = TrialTier()
  let store: SnapshotStore
  var chance: Chance
  private var models: [CollectionName: CollectionModel] = [:]
  private let temporaryDirectory: String

  init(seed: UInt64, number: UInt64, temporaryDirectory: String) throws {
    chance = Chance(seed: seed, number: number)
    let (random, clock) = (SeededRandomSource(seed: chance.next()), CountingClock())
    let settings = CommitSettings(clock: SystemClock(), wallClock: clock, random: random)
    let identity = StoreIdentity(
      identifier: UniqueName(random: random), catalog: .directory, created: clock.now())
    _ = try StoreObject.create(identity, in: tier, settings: settings, deadline: .never)
    store = SnapshotStore(
      identity: identity, tier: tier, catalog: DirectoryCatalog(tier), limits: .small, settings: settings)
    self.temporaryDirectory = temporaryDirectory
  }

  func collection(_ name: String) throws -> CollectionName {
    try Unsound.known(CollectionName(name), "collection \(name)")
  }

  /// Adds a version with exactly these entries.
  func publish(_ tree: Tree, to name: String, message: String = "") throws {
    let collection = try collection(name)
    let commit = VersionCommit(collection: collection, kind: .tree, action: .create, message: message)
    let outcome = try store.commit(commit, baseVersion: { $0.newestVersion }) { base throws(StoreError) in
      let writer = try SnapshotWriter(store.context(base.intent), base: base.manifest)
      for entry in tree.entries { try writer.add(entry) }
      _ = try writer.finishTree()
      let description = SnapshotWriter.Description(
        collection: collection, version: base.head.newestVersion + 1, message: message, parent: base.parent)
      return .manifest(try writer.finish(description), basis: .head, further: [])
    }
    guard case .committed(let row, _, _) = outcome else { throw Unsound(reason: "nothing was committed") }
    models[collection, default: CollectionModel()].trees[row.version] = tree
  }

  /// Adds versions that name the root of the newest one again.
  func repeatNewest(of name: String, times: Int) throws {
    let collection = try collection(name)
    for _ in 0..<times {
      let head = try change(name) { head in
        guard let row = head.newestRow else { return [] }
        return [
          .create(
            NewVersion(
              root: row.root, contentHash: row.contentHash, fileCount: row.fileCount, recordCount: 0,
              byteCount: row.byteCount, message: "again"))
        ]
      }
      let tree = models[collection]?.trees[head.newestVersion - 1]
      models[collection]?.trees[head.newestVersion] = try Unsound.known(tree, "tree")
    }
  }

  /// Makes a small change to a head.
  @discardableResult
  func change(_ name: String, _ changes: (Head) -> [HeadChange]) throws -> Head {
    let transaction = CommitTransaction(
      store.catalog, try collection(name), settings: store.settings, deadline: .never)
    return try transaction.retrying { head throws(CatalogError) in Proposal(changes(head)) }.head
  }

  /// Leaves an announcement behind, as a writer that was killed does.
  func announce(on name: String) throws {
    let collection = try collection(name)
    let intents = Intents(tier, collection, settings: store.settings)
    _ = try intents.announce(.create, on: try store.head(of: collection), deadline: .never)
  }
}

extension WorldBuilder {
  private func vectors(_ name: String) throws -> VectorStore {
    VectorStore(
      store, try collection(name), settings: VectorStore.Settings(temporaryDirectory: temporaryDirectory))
  }

  func append(
    _ operations: [RecordOperation], to name: String, by producer: ProducerName, run: String = "",
    expected: UInt64 = 0
  ) throws {
    var request = AppendRequest(producer: producer, operations: operations)
    request.run = run
    request.expected = expected
    guard case .appended(let key, _, _) = try vectors(name).append(request) else {
      throw Unsound(reason: "nothing was appended")
    }
    let bytes = try tier.read(key, limit: DeltaLimits.byteCount)
    var reader = try DeltaReader(bytes.rawSpan, named: key)
    var stamped: [StampedOperation] = []
    while let batch = try reader.next() { stamped += batch }
    let delta = LoggedDelta(
      key: key, producer: producer, sequence: try Unsound.known(key.number, "sequence"), operations: stamped)
    models[try collection(name), default: CollectionModel()].deltas.append(delta)
  }

  /// Damages the delta that was appended last, for the next compaction to set aside.
  func damageNewestDelta(of name: String) throws {
    let collection = try collection(name)
    guard let delta = models[collection]?.deltas.popLast() else { return }
    var bytes = try tier.read(delta.key, limit: DeltaLimits.byteCount)
    bytes[bytes.count / 2] ^= 4
    tier.replace(delta.key, bytes)
  }

  /// Deltas that are set aside are moved away.
  func compact(_ name: String) throws {
    let collection = try collection(name)
    let result = try vectors(name).compact()
    let row = try Unsound.known(result.row, "version")
    let records = replayed(models[collection]?.deltas ?? [])
    models[collection]?.records[row.version] = records
    for delta in result.quarantined {
      tier.remove(.delta(collection, delta.producer, sequence: delta.sequence))
    }
  }

  /// What was made; the heads and rows are those of the store that nobody has touched yet.
  func finish(_ name: String, share: Int) throws -> World {
    for (collection, model) in models {
      models[collection]?.replayed = replayed(model.deltas)
      let line = HeadLine(tier, collection)
      let newest = try line.newestRevision()
      for revision in 1...max(newest, 1) { models[collection]?.heads[revision] = try line.head(at: revision) }
      for row in try line.rows(of: try store.head(of: collection)) { models[collection]?.rows[row.version] = row }
    }
    let line = HeadLine(tier, .store)
    var registry: [UInt64: Head] = [:]
    for revision in 1...max(try line.newestRevision(), 1) { registry[revision] = try line.head(at: revision) }
    return World(
      name: name, share: share, objects: tier.objects, identity: store.identity, collections: models,
      registry: registry)
  }
}

/// What a dictionary holds after all operations of some deltas.
func replayed(_ deltas: [LoggedDelta]) -> [RecordName: RecordBody] {
  replayed(deltas.flatMap { delta in delta.operations.map { (delta.producer, $0) } })
}

extension StoreLimits {
  /// One thread, and little memory: many stores are at work at once.
  static var small: StoreLimits {
    var limits = StoreLimits()
    limits.jobs = 1
    return limits
  }
}

extension SnapshotWriter {
  fileprivate func add(_ entry: Tree.Entry) throws(StoreError) {
    switch entry.content {
    case .directory: try addDirectory(entry.path, mode: entry.mode)
    case .link(let target): try addLink(entry.path, mode: entry.mode, target: target)
    case .file(let bytes): try addFile(entry.path, mode: entry.mode, BytesInput(bytes))
    }
  }
}
