internal import Catalog
package import FileIO
internal import ObjectTier
package import Primitives
internal import SnapshotFormat
package import SnapshotStore

/// Brings local directories to versions of a store, moving only what differs.
///
/// - A plan is made first and counts every byte; the runner executes the same decisions.
/// - Nothing is published in a directory before all its bytes are verified and durable; a killed run is resumed by the
///   next.
package struct SnapshotSync: Sendable {
  let store: SnapshotStore
  let random: any RandomSource
  let wallClock: any WallClock

  package init(_ store: SnapshotStore, random: any RandomSource, wallClock: any WallClock) {
    self.store = store
    self.random = random
    self.wallClock = wallClock
  }

  /// What `sync` would do. Writes nothing and takes no lock.
  ///
  /// - Parameter explain: is told of every file that would be written, and why.
  /// - Throws: what `sync` would refuse.
  package func plan(
    _ request: SyncRequest, control: SyncControl, explain: ((FileExplanation) -> Void)? = nil
  ) throws(SyncError) -> SyncPlan {
    let target = try SyncTarget(request.directory)
    try target.check(request)
    try checkOwners(request)
    return try withUsableCopy(request, target, control) { session throws(SyncError) in try session.plan(explain) }
  }

  /// Brings the directory of the request to its version.
  ///
  /// Afterwards it has exactly the entries of the version, besides what its ignore files keep out of versions, and
  /// remembers so in `.snapctl/`. After a failure it is as it was, or, where files are replaced one by one or patched
  /// in place, between the two; then the next sync brings it to the end.
  ///
  /// - Parameters:
  ///   - lockDeadline: how long to wait for another sync of the same directory.
  ///   - planned: is told the plan before anything is written.
  package func sync(
    _ request: SyncRequest, control: SyncControl, lockDeadline: Deadline,
    planned: ((SyncPlan) -> Void)? = nil, explain: ((FileExplanation) -> Void)? = nil
  ) throws(SyncError) -> SyncResult {
    let start = control.clock.nanoseconds()
    try checkOwners(request)
    try checkPart(request, control)
    let check = { (tree: LocalTree) throws(SyncError) in try SyncTarget(tree).check(request) }
    var result = try SnapshotSync.withLock(request.directory, control, lockDeadline, check) {
      tree throws(SyncError) in
      let target = try SyncTarget(tree)
      try target.check(request)
      return try withUsableCopy(request, target, control) { session throws(SyncError) in
        try session.run(planned, explain)
      }
    }
    result.seconds = Double(control.clock.nanoseconds() - start) / 1e9
    return result
  }

  /// Pages of a copy are read when they are needed. Where one is of no use then, the directory counts as one that was
  /// never a copy (formats/copy-state.md).
  private func withUsableCopy<Value>(
    _ request: SyncRequest, _ target: SyncTarget, _ control: SyncControl,
    _ body: (SyncSession) throws(SyncError) -> Value
  ) throws(SyncError) -> Value {
    do throws(SyncError) {
      let unfinished = try unfinished(request, target)
      return try body(SyncSession(self, request, target, unfinished: unfinished, control: control))
    } catch {
      guard case .store(.damage(let damage)) = error, let stranger = target.forgotten(because: damage) else {
        throw error
      }
      try stranger.check(request)
      let unfinished = try unfinished(request, stranger)
      return try body(SyncSession(self, request, stranger, unfinished: unfinished, control: control))
    }
  }

  /// Makes a directory a copy of a version that was made of it: after `create`.
  ///
  /// - Parameter status: how a file looked before its bytes were read; nil: not known, so the next sync hashes it.
  package func remember(
    _ manifest: ManifestReader, in directory: String, control: SyncControl, lockDeadline: Deadline,
    status: (RelativePath) -> FileStatus?
  ) throws(SyncError) {
    try SnapshotSync.withLock(directory, control, lockDeadline) { tree throws(SyncError) in
      let installation = LocalCopy.Installation(
        store: store.identity.identifier, content: .whole(manifest), synced: wallClock.now())
      try LocalCopy.install(installation, in: tree.directory, random: random, status: status)
    }
  }

  /// Runs `body` alone: two syncs of one directory take turns (`.snapctl/lock`).
  ///
  /// `check` looks at the very directory that would be locked, before anything is written there: the path may lead to
  /// another one each time.
  ///
  /// The next tree inherits the lock's file, so that whoever waited for it while the trees changed places, finds it
  /// there.
  static func withLock<Value>(
    _ directory: String, _ control: SyncControl, _ deadline: Deadline,
    _ check: (LocalTree) throws(SyncError) -> Void = { _ in }, _ body: (LocalTree) throws(SyncError) -> Value
  ) throws(SyncError) -> Value {
    for _ in 0..<SnapshotSync.lockRoundCountMax {
      let tree = try opened(directory)
      try check(tree)
      let lock = try acquire(tree, control.clock, deadline)
      guard let lock, try isStill(tree, directory) else { continue }
      let value = try body(tree)
      try? lock.release()
      return value
    }
    throw .busy("\(Printable.string(directory)): other syncs kept replacing it")
  }

  private static let lockRoundCountMax = 64

  /// - Returns: nil when the directory was replaced meanwhile.
  private static func acquire(
    _ tree: LocalTree, _ clock: some MonotonicClock, _ deadline: Deadline
  ) throws(SyncError) -> FileLock? {
    do throws(FileError) {
      if try tree.directory.statusIfPresent(of: StatePath.directory) == nil {
        try tree.directory.makeDirectory(StatePath.directory)
      }
      return try FileLock.acquire(StatePath.lock, in: tree.directory, .exclusive, deadline: deadline, clock: clock)
    } catch {
      switch error.meaning {
      case .notFound, .exists: return nil
      case .timedOut: throw .busy("\(tree.directory.path) is being synced by another process")
      default: throw .file(error)
      }
    }
  }

  static func isStill(_ tree: LocalTree, _ directory: String) throws(SyncError) -> Bool {
    guard let now = try SyncTarget.open(directory) else { return false }
    return try filing { () throws(FileError) in
      try now.directory.status().isSameFile(as: try tree.directory.status())
    }
  }

  /// The directory, made when it is not there.
  private static func opened(_ directory: String) throws(SyncError) -> LocalTree {
    if let tree = try SyncTarget.open(directory) { return tree }
    guard let place = SyncTarget.Place(directory) else { throw .store(.notFound(directory)) }
    return try filing { () throws(FileError) in
      let parent = try Directory(path: place.parent)
      do throws(FileError) {
        try parent.makeDirectory(place.name)
        try parent.sync()
      } catch {
        guard error.meaning == .exists else { throw error }
      }
      return LocalTree(try parent.openDirectory(place.name))
    }
  }

  /// Before a directory is made or locked.
  ///
  /// - Throws: `.ownersNotRecorded` when owners are wanted, and the version was made without.
  private func checkOwners(_ request: SyncRequest) throws(SyncError) {
    guard request.setsOwners else { return }
    let root = try storing { () throws(StoreError) in try store.manifest(request.row).root }
    guard root.owners == nil else { return }
    throw .ownersNotRecorded(version: "\(request.collection)@\(request.row.version)")
  }

  /// Before a directory is made or locked; in one that is a copy what is wanted is looked at when the copy was.
  ///
  /// - Throws: `.nothingIncluded` where the patterns of the request select nothing of the version.
  private func checkPart(_ request: SyncRequest, _ control: SyncControl) throws(SyncError) {
    guard case .chosen(let patterns?) = request.part, LocalCopy.remembered(path: request.directory) == nil else {
      return
    }
    let manifest = try storing { () throws(StoreError) in try store.manifest(request.row) }
    try request.check(try VersionContent(manifest, patterns, control: control))
  }

  /// What an earlier run of the same style left unfinished.
  private func unfinished(_ request: SyncRequest, _ target: SyncTarget) throws(SyncError) -> LocalTree? {
    if request.style == .exchange, let place = SyncTarget.Place(request.directory), let sibling = place.sibling,
      let tree = StagingArea.unfinished(sibling, inParent: place.parent)
    {
      return tree
    }
    return target.tree.flatMap { StagingArea.unfinished(StatePath.next, in: $0) }
  }
}
