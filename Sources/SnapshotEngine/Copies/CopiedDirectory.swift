internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore
internal import SnapshotSync

/// A directory that may be a copy of a version, seen from `create`.
struct CopiedDirectory {
  private let path: String
  private let copy: LocalCopy?

  /// What the directory remembers counts only when it is of this store and this collection.
  ///
  /// - Parameters:
  ///   - isTree: whether a version is to be made of the directory, and not only compared with it. A part of a version
  ///     of this collection, of whatever store, is refused then: the new one would lack what was left out. So is a tree
  ///     on its way to another version, of whatever collection.
  ///   - isNeeded: whether what it builds on is asked of the directory. Where that cannot be read, to guess the newest
  ///     version could undo what others committed.
  init(
    _ path: String, of collection: CollectionName, in store: UniqueName, isTree: Bool, isNeeded: Bool
  ) throws(EngineError) {
    self.path = path
    if isTree { try CopiedDirectory.refusePart(path, of: collection) }
    switch try EngineError.catching(in: path, { () throws(SyncError) in try LocalCopy.load(path: path) }) {
    case .copy(let copy) where copy.state.tree != nil: throw CopiedDirectory.generations(path)
    case .copy(let copy) where copy.state.store == store && copy.state.collection == collection: self.copy = copy
    case .unreadable(let reason) where isNeeded: throw CopiedDirectory.unreadable(path, reason)
    case .copy, .never, .unreadable: copy = nil
    }
  }

  /// A part, and a tree that was on its way to another version, are no versions. Only what the state says counts: the
  /// pages behind it may be damaged.
  ///
  /// - Throws: `.usage` for them.
  private static func refusePart(_ path: String, of collection: CollectionName) throws(EngineError) {
    let marked = try EngineError.catching(in: path) { () throws(SyncError) in try PartFile.read(directory: path) }
    let state = LocalCopy.remembered(path: path)
    if let marked { throw part(path, marked.patterns, of: state) }
    guard let state else { return }
    if state.collection == collection, let left = state.part { throw part(path, left.patterns, of: state) }
    if state.inPlace != nil { throw unfinished(path, state) }
  }

  /// Which collection it was on its way to is not recorded: it may be another one.
  private static func unfinished(_ path: String, _ state: CopyState) -> EngineError {
    let (name, left) = (Printable.string(path), "\(state.collection)@\(state.version.number)")
    return EngineError(
      .usage, "\(name) was on its way from \(left) to another version, and is neither", subject: name,
      advice: "Finish that sync first, or go back: `snapctl sync \(left) \(name) --in-place`")
  }

  private static func unreadable(_ path: String, _ reason: String) -> EngineError {
    let name = Printable.string(path)
    return EngineError(
      .failed, "which version \(name) was synced from cannot be read: \(Printable.string(reason))", subject: name,
      advice: "Say it with --expect VERSION, or stack it on the newest with --append-version; not where it may be "
        + "a part of a version (sync --include): the rest would be gone")
  }

  private static func part(_ path: String, _ patterns: [String], of state: CopyState?) -> EngineError {
    let name = Printable.string(path)
    let version = state.map { "\($0.collection)@\($0.version.number)" }
    let whole =
      version.map { "Make it whole first: `snapctl sync \($0) \(name) --include '**'`" }
      ?? "Sync the whole version into another directory, and make the new one of that"
    let text = PartPatterns.text(of: patterns)
    return EngineError(
      .usage,
      "\(name) holds a part of \(version ?? "its version") (\(text)): a version made of it would lack the rest",
      subject: name, advice: "Nothing was published. \(whole)")
  }

  private static func generations(_ path: String) -> EngineError {
    let name = Printable.string(path)
    return EngineError(
      .usage, "\(name) holds generations, and is no tree itself", subject: name,
      advice: "Fork it (`snapctl fork`), and make a version of the fork")
  }

  /// The version it was synced from.
  var version: UInt64? { copy?.state.version.number }

  /// The pages of that version, so that they are not read from the store.
  var pages: any ChunkSource { copy?.pages ?? NoChunkSource() }

  /// Its files, as those of that version: some may have changed.
  var files: LocalTree? { copy == nil ? nil : CopiedDirectory.tree(path) }

  /// The files of the copy that it was forked from, if it was, and they are still there.
  var originFiles: LocalTree? {
    guard let origin = copy?.state.origin, StandingMount.isWithinReach(origin, of: path) else { return nil }
    return CopiedDirectory.tree(origin)
  }

  private static func tree(_ path: String) -> LocalTree? { try? LocalTree(Directory(path: path)) }

  /// How its files look now, before they are read.
  ///
  /// Files that were written in the last two seconds are left out: a further change might leave no trace in their
  /// times. So is everything beyond a bounded number of files; what is not known here is hashed by the next sync.
  func statuses() -> [RelativePath: FileStatus] {
    var statuses: [RelativePath: FileStatus] = [:]
    let settled = (clock.now().milliseconds - 2_000) * 1_000_000
    guard var walk = try? TreeWalk(Directory(path: path)) else { return [:] }
    while statuses.count < CopiedDirectory.statusCountMax, let entry = try? walk.next() {
      let touched = max(entry.status.modifiedNanoseconds, entry.status.changedNanoseconds)
      if entry.content == .file, touched < settled { statuses[entry.path] = entry.status }
    }
    return statuses
  }

  /// Makes the directory a copy of a version whose bytes it has. False when it cannot be written to.
  func remember(_ row: VersionRow, in store: SnapshotStore, statuses: [RelativePath: FileStatus]?) -> Bool {
    do {
      let directory = try Directory(path: path)
      // A generation is never changed: its readers have it as it is.
      guard try directory.statusIfPresent(of: .local(".snapctl/COMPLETE")) == nil else { return false }
      let lock = try lock(directory)
      defer { withExtendedLifetime(lock) {} }
      let installation = LocalCopy.Installation(
        store: store.identity.identifier, content: .whole(try store.manifest(row, local: pages)), synced: clock.now())
      try LocalCopy.install(installation, in: directory, random: random) { statuses?[$0] }
      return true
    } catch {
      return false
    }
  }

  private func lock(_ directory: borrowing Directory) throws -> FileLock {
    if try directory.statusIfPresent(of: .local(".snapctl")) == nil { try directory.makeDirectory(.local(".snapctl")) }
    let turn = Deadline(seconds: 10, from: clock)
    return try FileLock.acquire(.local(".snapctl/lock"), in: directory, .exclusive, deadline: turn, clock: clock)
  }

  private static let statusCountMax = 50_000
}
