internal import Catalog
package import ObjectTier
package import Primitives
internal import SnapshotFormat

/// Checks a store, or one tier of it, and changes nothing (design: verify, heal, collect).
///
/// - It goes on after damage: one report for each object that is damaged, with the first reason met.
/// - A tier is read directly: a cache does not cover for the origin. A cache need not be whole: only what is there is
///   looked at, and what it lacks, read from the origin where it is needed to judge the rest, is no damage.
/// - Memory: one window of chunks, one page of each kind, and bounded sets of what was seen.
package final class Verifier {
  let store: SnapshotStore
  /// Where packs, roots and pages are read from.
  let tier: any ObjectTier
  let level: VerifyLevel
  let frames: FrameSource
  /// Where the tier is a cache.
  private let view: CacheView?
  private let report: (VerifyFinding) -> Void
  package private(set) var summary = VerifySummary()
  var seen = SeenSet()
  var packs: Set<UniqueName> = []
  private var reported: Set<String> = []
  /// Chunks that could not be had; no more than are remembered.
  package private(set) var damagedChunks: Set<Digest> = []
  /// Chunks that another tier does not have, and which of them this one has.
  package var wanted: Set<Digest> = []
  package private(set) var rescued: Set<Digest> = []
  /// What packs say that they hold, of all whose stored bytes were looked at.
  package var packDigests: [UniqueName: Digest] = [:]

  private static let reportedMax = 10_000

  package init(
    _ store: SnapshotStore, tier: any ObjectTier, level: VerifyLevel, report: @escaping (VerifyFinding) -> Void
  ) {
    self.store = store
    view = tier.role == .cache ? CacheView(tier, before: store.catalog.origin) : nil
    let tier = view ?? tier
    self.tier = tier
    self.level = level
    self.report = report
    frames = FrameSource(tier: tier, cacheByteCountMax: store.limits.frameCacheByteCount)
  }

  /// - Throws: `.tier` when a tier fails in a way that is not damage, `.notFound` for a scope that is not there.
  package func run(_ scope: VerifyScope) throws(StoreError) -> VerifySummary {
    switch scope {
    case .store: try verifyStore()
    case .collection(let collection): try verify(collection, version: nil)
    case .version(let collection, let version): try verify(collection, version: version)
    }
    if level.checksPacks { try verifyPacks(listed: scope == .store) }
    return summary
  }

  private func verifyStore() throws(StoreError) {
    try check(nil, nil) { () throws(StoreError) in
      try store.catching { () throws(CatalogError) in _ = try StoreObject.read(from: store.catalog.origin) }
    }
    try verifyLine(.store)
    var collections: [RegisteredCollection] = []
    try check(nil, nil) { () throws(StoreError) in
      collections = try store.catching { () throws(CatalogError) in
        try CollectionRegistry(store.catalog, settings: store.settings).collections()
      }
    }
    for collection in collections { try verify(collection.name, version: nil) }
    if level.checksStructure { try verifyListed() }
  }

  private func verify(_ collection: CollectionName, version: UInt64?) throws(StoreError) {
    guard let head = try verifyLine(collection) else { return }
    var rows: [VersionRow] = []
    try check(collection, nil) { () throws(StoreError) in
      rows = try store.catching { () throws(CatalogError) in
        try HeadLine(store.catalog.origin, collection).rows(of: head)
      }
    }
    if let version { rows.removeAll { $0.version != version } }
    guard level.checksStructure else { return }
    for row in rows.reversed() { try verify(row, of: collection) }
    guard view == nil else { return }
    try verifyDeltas(collection)
    try verifyIntents(collection)
    try verifyLeases(collection)
  }

  /// Whether the tier has the pack; an origin has to have each.
  func holds(_ pack: UniqueName) throws(StoreError) -> Bool {
    guard let view else { return true }
    do throws(TierError) { return try view.holds(.pack(pack)) } catch { throw .tier(error) }
  }

  /// Every revision of a line; the newest head, if it verifies.
  ///
  /// The search for the newest revision goes by what exists, so that one that is lost may hide all behind it: those are
  /// found by listing, and what is missing before them is damage.
  @discardableResult
  private func verifyLine(_ collection: CollectionName) throws(StoreError) -> Head? {
    let line = HeadLine(store.catalog.origin, collection)
    let newest = try store.catching { () throws(CatalogError) in try line.newestRevision() }
    var head: Head?
    if newest > 0 { for revision in 1...newest { head = try verifyHead(line, revision) } }
    var last = newest
    for revision in try listedRevisions(of: collection, above: newest) {
      if revision - last > 1 { _ = try verifyHead(line, last + 1) }
      head = try verifyHead(line, revision)
      last = revision
    }
    return head
  }

  private func verifyHead(_ line: HeadLine, _ revision: UInt64) throws(StoreError) -> Head? {
    var head: Head?
    try check(line.collection, nil) { () throws(StoreError) in
      head = try store.catching { () throws(CatalogError) in try line.head(at: revision) }
      guard head == nil else { return }
      let key = ObjectKey.head(line.collection, revision: revision)
      throw .damage(
        Damage(
          tier: line.origin.location, object: key.string, kind: .missing,
          reason: "no head of this number, though others of its line are there"))
    }
    return head
  }

  /// Runs one check: damage is reported and the next check goes on, anything else stops.
  func check(
    _ collection: CollectionName?, _ version: UInt64?, _ body: () throws(StoreError) -> Void
  ) throws(StoreError) {
    summary.objects += 1
    do throws(StoreError) {
      try body()
    } catch {
      guard case .damage(let damage) = error else { throw error }
      found(damage, collection, version)
    }
  }

  func found(_ damage: Damage, _ collection: CollectionName?, _ version: UInt64?) {
    guard reported.count < Verifier.reportedMax, reported.insert(damage.object).inserted else { return }
    let damage = located(damage)
    summary.damaged += 1
    report(VerifyFinding(damage: damage, collection: collection, version: version))
  }

  /// What a cache lacks was read from the origin, and is the origin's.
  private func located(_ damage: Damage) -> Damage {
    guard let view, let key = ObjectKey(listed: damage.object) else { return damage }
    return damage.located(in: view.place(of: key).location)
  }

  func missed(_ chunk: Digest) {
    if damagedChunks.count < Verifier.damagedChunksMax { damagedChunks.insert(chunk) }
  }

  private static let damagedChunksMax = 1 << 20

  func verified(_ chunk: Digest, byteCount: Int) {
    summary.chunks += 1
    summary.bytes += UInt64(byteCount)
    if wanted.contains(chunk) { rescued.insert(chunk) }
  }
}

/// What was looked at already; forgets everything when it is full, which costs time and nothing else.
struct SeenSet {
  private var keys: Set<Digest> = []
  private static let countMax = 1 << 18

  /// True the first time.
  mutating func insert(_ id: Digest) -> Bool {
    if keys.count >= SeenSet.countMax { keys.removeAll(keepingCapacity: true) }
    return keys.insert(id).inserted
  }
}
