internal import Catalog
internal import ObjectTier
package import Primitives
package import SnapshotFormat

/// Replicates versions of collections from one store into another, under the same numbers.
///
/// - Only the closure moves: packs and roots that versions name, each once. What is there already is not moved again,
///   so that a copy that was stopped goes on where it was. A pack that is there, and that no version of the target
///   names yet, is read and checked whole, and put right where it is not sound.
/// - Objects keep their names and bytes. A pack is checked by its own digest when it passes, a root by the one its head
///   records; the pages of a version are read back from the target before its head is committed.
/// - Write order as in formats/store.md §4: packs, root, head; versions in ascending order.
/// - Not replicated: deltas that wait, holds, policies, and when the source made its versions (their roots tell).
/// - Memory: as many packs as there are jobs, and the names of one version's packs.
package struct StoreCopy {
  private let source: SnapshotStore
  private let target: SnapshotStore
  private let deadline: Deadline

  package init(from source: SnapshotStore, to target: SnapshotStore, deadline: Deadline) {
    self.source = source
    self.target = target
    self.deadline = deadline
  }

  /// What came to be in the target.
  package struct Result: Sendable, Equatable {
    package private(set) var versions: UInt64 = 0
    package private(set) var packs: UInt64 = 0
    package private(set) var bytes: UInt64 = 0
    package private(set) var tags: UInt64 = 0

    package init() {}

    package mutating func add(_ other: Result) {
      versions += other.versions
      packs += other.packs
      bytes += other.bytes
      tags += other.tags
    }

    fileprivate mutating func note(packs counts: [UInt64], root: UInt64) {
      versions += 1
      packs += UInt64(counts.count { $0 > 0 })
      bytes += counts.reduce(root, +)
    }

    fileprivate mutating func note(tags count: Int) { tags += UInt64(count) }
  }

  /// - Parameter admit: throws where the target must not get these versions. Is asked for all of the source before
  ///   anything is written, and for each again before it is committed.
  /// - Throws: `.catalog(.conflict)` when the target has another version of a number, or the source dropped versions
  ///   that the target lacks; what either store fails with. What was committed before stays.
  package func run(
    _ collection: CollectionName, admit: ([VersionRow]) throws(StoreError) -> Void = { _ in }
  ) throws(StoreError) -> Result {
    let head = try source.head(of: collection)
    let rows = try source.catching { () throws(CatalogError) in
      try HeadLine(source.catalog.origin, collection).rows(of: head)
    }
    try admit(rows)
    let present = try begin(collection, head)
    var result = Result()
    let missing = try missing(of: rows, present)
    var named = missing.isEmpty ? [] : try namedPacks(present)
    for row in missing {
      let names = try VersionPacks(row, in: source).names
      let moved = try copyObjects(row, names, named: named)
      try commit(row, of: head, admit)
      result.note(packs: moved.packs, root: moved.root)
      named.formUnion(names)
    }
    try raiseOldestRecord(of: head)
    result.note(tags: try copyTags(of: head))
    return result
  }

  /// The versions that the target has.
  private func begin(_ collection: CollectionName, _ source: Head) throws(StoreError) -> [UInt64: VersionRow] {
    guard let kind = source.kind.collection else { throw .invalid("\(collection) is no collection") }
    let rows = try target.catching { () throws(CatalogError) in
      let head = try CollectionRegistry(target.catalog, settings: target.settings)
        .register(collection, kind: kind, schema: source.schema, deadline: deadline)
      return try HeadLine(target.catalog.origin, collection).rows(of: head)
    }
    return Dictionary(uniqueKeysWithValues: rows.map { ($0.version, $0) })
  }

  private func missing(of rows: [VersionRow], _ present: [UInt64: VersionRow]) throws(StoreError) -> [VersionRow] {
    var missing: [VersionRow] = []
    for row in rows {
      guard let other = present[row.version] else {
        missing.append(row)
        continue
      }
      guard other.root == row.root else {
        throw .invalid("version \(row.version) of the target is another one: the two stores went different ways")
      }
    }
    return missing
  }

  // MARK: Objects

  /// The packs of the newest version that the target has. Where that is damaged, none: then all are looked at.
  private func namedPacks(_ present: [UInt64: VersionRow]) throws(StoreError) -> Set<UniqueName> {
    guard let newest = present.values.max(by: { $0.version < $1.version }) else { return [] }
    do throws(StoreError) { return Set(try VersionPacks(newest, in: target).names) } catch {
      guard case .damage = error else { throw error }
      return []
    }
  }

  /// - Parameter named: packs that versions of the target name already: whether they are sound is for `verify` to say.
  /// - Returns: the bytes that moved, of each pack and of the root; 0 for what is there.
  private func copyObjects(
    _ row: VersionRow, _ names: [UniqueName], named: Set<UniqueName>
  ) throws(StoreError) -> (packs: [UInt64], root: UInt64) {
    let (source, target) = (source, target)
    let packs = try Parallel.map(names, jobs: target.limits.jobs) { name throws(StoreError) in
      guard try StoreCopy.isThere(.pack(name), in: target) else {
        return try StoreCopy.copyPack(name, from: source, to: target)
      }
      return named.contains(name) ? 0 : try StoreCopy.putRight(name, in: target, from: source)
    }
    let root = try copyRoot(row.root)
    // Read back: what the head will name has to be there, page by page.
    _ = try VersionPacks(row, in: target)
    return (packs, root)
  }

  private static func copyPack(
    _ name: UniqueName, from source: SnapshotStore, to target: SnapshotStore
  ) throws(StoreError) -> UInt64 {
    let bytes = try source.wholePack(name)
    try target.tier.createFresh(.pack(name), bytes)
    return UInt64(bytes.count)
  }

  /// A pack that a copy which was stopped, or somebody else, left in the target.
  ///
  /// - Returns: the bytes that moved; 0 where it is sound.
  private static func putRight(
    _ name: UniqueName, in target: SnapshotStore, from source: SnapshotStore
  ) throws(StoreError) -> UInt64 {
    do throws(StoreError) {
      _ = try target.wholePack(name)
      return 0
    } catch {
      guard case .damage(let damage) = error else { throw error }
      let healer = Healer(
        target.tier, from: [source.tier], clock: target.settings.wallClock, random: target.settings.random)
      let outcome: Healer.Outcome
      do throws(TierError) { outcome = try healer.heal(damage) } catch {
        throw StoreError(error, tier: target.tier)
      }
      guard case .healed = outcome else { throw error }
      return UInt64(try target.wholePack(name).count)
    }
  }

  private func copyRoot(_ root: SealedReference) throws(StoreError) -> UInt64 {
    let key = ObjectKey.manifest(root.name)
    guard try !StoreCopy.isThere(key, in: target) else { return 0 }
    let bytes = try source.whole(key, limit: Limits.rootByteCount) { bytes throws(FormatError) in
      _ = try ManifestRoot.decode(bytes, named: root.name, expected: root.digest)
    }
    try target.tier.createFresh(key, bytes)
    return UInt64(bytes.count)
  }

  private static func isThere(_ key: ObjectKey, in store: SnapshotStore) throws(StoreError) -> Bool {
    do throws(TierError) { return try store.tier.byteCount(of: key) != nil } catch { throw .tier(error) }
  }

  // MARK: Heads

  private func commit(
    _ row: VersionRow, of source: Head, _ admit: ([VersionRow]) throws(StoreError) -> Void
  ) throws(StoreError) {
    let (version, collection) = (NewVersion(row), source.collection)
    // The versions lack deletions up to there: what is older must not come in over them (formats/head.md §8).
    let changes: [HeadChange] =
      source.kind == .vectors ? [.compact(version), .oldestRecord(source.fences.oldestRecord)] : [.create(version)]
    let transaction = CommitTransaction(target.catalog, collection, settings: target.settings, deadline: deadline)
    do throws(CommitFailure<StoreError>) {
      _ = try transaction.retrying { head throws(StoreError) in
        // Another copy of the same store may have been faster.
        if head.rows.contains(where: { $0.version == row.version && $0.root == row.root }) { return nil }
        guard head.newestVersion == row.version - 1 else {
          throw .catalog(.conflict(Conflict(collection: collection, expected: row.version - 1, head: head)))
        }
        try admit([row])
        return Proposal(changes, basis: .version(row.version - 1))
      }
    } catch { throw StoreError(error, tier: target.catalog.origin) }
  }

  /// Also where all versions are there: another program may have copied them.
  private func raiseOldestRecord(of source: Head) throws(StoreError) {
    let oldest = source.fences.oldestRecord
    guard source.kind == .vectors, oldest > 0 else { return }
    let transaction = CommitTransaction(
      target.catalog, source.collection, settings: target.settings, deadline: deadline)
    do throws(CommitFailure<CatalogError>) {
      _ = try transaction.retrying { head throws(CatalogError) in
        guard head.fences.oldestRecord < oldest, head.newestVersion >= source.newestVersion else { return nil }
        return Proposal([.oldestRecord(oldest)])
      }
    } catch { throw StoreError(error.error, tier: target.catalog.origin) }
  }

  /// Tags of the source, where the target has their versions; a tag that names another version there is moved.
  private func copyTags(of head: Head) throws(StoreError) -> Int {
    guard !head.tags.isEmpty else { return 0 }
    var settings = target.settings
    settings.policy = settings.policy.forSmallChanges
    let transaction = CommitTransaction(target.catalog, head.collection, settings: settings, deadline: deadline)
    var count = 0
    do throws(CommitFailure<CatalogError>) {
      _ = try transaction.retrying { present throws(CatalogError) in
        let changes = head.tags.filter { present.version(tagged: $0.name) != $0.version }
          .map { HeadChange.tag($0.name, version: $0.version) }
        count = changes.count
        return changes.isEmpty ? nil : Proposal(changes)
      }
    } catch { throw StoreError(error.error, tier: target.catalog.origin) }
    return count
  }
}

extension NewVersion {
  /// The version that a row tells of, to be added to another store.
  fileprivate init(_ row: VersionRow) {
    self.init(
      root: row.root, contentHash: row.contentHash, fileCount: row.fileCount, recordCount: row.recordCount,
      byteCount: row.byteCount, message: row.message)
  }
}
