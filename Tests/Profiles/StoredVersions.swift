import Catalog
import DirectoryCatalog
import ObjectTier
import Primitives
import SnapshotFormat
import SnapshotStore
import TestTiers

/// A tree in a store in memory, whose files are all cut under one profile. One thread.
struct StoredVersions {
  struct Unsound: Error { let reason: String }

  private let store: SnapshotStore
  private let profile: ChunkProfile?
  private let collection: CollectionName

  /// - Parameter profile: nil: what the first bytes of each file say.
  init(_ profile: ChunkProfile?, frameByteCount: Int) throws {
    guard let name = CollectionName("tree") else { throw Unsound(reason: "no collection can be called tree") }
    collection = name
    self.profile = profile
    let (clock, random) = (SystemClock(), SeededRandomSource(seed: 8))
    let settings = CommitSettings(clock: clock, wallClock: clock, random: random)
    let identity = StoreIdentity(identifier: UniqueName(random: random), catalog: .directory, created: clock.now())
    let tier = MemoryTier(.origin)
    _ = try StoreObject.create(identity, in: tier, settings: settings, deadline: .never)
    var limits = StoreLimits()
    limits.jobs = 1
    limits.chunkFrameByteCount = frameByteCount
    store = SnapshotStore(
      identity: identity, tier: tier, catalog: DirectoryCatalog(tier), limits: limits, settings: settings)
  }

  /// Makes the directory the next version: the bytes of its packs and its root, the CPU time they took, and the bytes
  /// of the chunks that a sync from the version before has to make and hash.
  mutating func add(_ directory: String) throws -> (stored: UInt64, seconds: Double, changed: UInt64) {
    let started = Seconds.cpu
    var statistics = WriteStatistics()
    let commit = VersionCommit(collection: collection, kind: .tree, action: .create, message: "")
    _ = try store.commit(commit, baseVersion: { $0.newestVersion }) { base throws(StoreError) in
      var context = store.context(base.intent)
      context.forcedProfile = profile
      let writer = try SnapshotWriter(context, base: base.manifest)
      try writer.add(TreeInput(path: directory))
      _ = try writer.finishTree()
      let manifest = try writer.finish(
        SnapshotWriter.Description(
          collection: collection, version: base.head.newestVersion + 1, message: "", parent: base.parent))
      statistics = manifest.statistics
      return .manifest(manifest, basis: .head, further: [])
    }
    return (statistics.bytesStored, Seconds.cpu - started, statistics.bytesChanged)
  }

  /// Decodes and hashes every chunk of every version: a figure counts only when what was stored is there.
  func check() throws {
    var reasons: [String] = []
    _ = try Verifier(store, tier: store.tier, level: .full) { reasons.append("\($0.damage.reason)") }.run(.store)
    if let reason = reasons.first { throw Unsound(reason: reason) }
  }
}
