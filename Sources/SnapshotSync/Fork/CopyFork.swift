internal import FileIO
package import Primitives
internal import SnapshotFormat
package import SnapshotStore

/// Makes a second copy of a local copy, to be written to: no file is shared by name, blocks where the file system can.
///
/// - The new directory is built beside its place and gets its name when it is whole and durable.
/// - It remembers the version of the copy, so that `create` builds on it. Local changes of the copy come along, and are
///   counted; no file that differs from the version is taken for unchanged later.
/// - Reads no store.
package struct CopyFork: Sendable {
  let random: any RandomSource
  let control: SyncControl
  let lockDeadline: Deadline
  let limits: StoreLimits

  package init(random: any RandomSource, control: SyncControl, lockDeadline: Deadline, jobs: Int) {
    self.random = random
    self.control = control
    self.lockDeadline = lockDeadline
    var limits = StoreLimits()
    limits.jobs = jobs
    self.limits = limits
  }

  /// - Throws: `.notACopy` when `source` is no copy, `.store(.invalid)` when something is in `target` already,
  /// `.noSpace` before the first byte.
  package func fork(_ source: String, to target: String) throws(SyncError) -> ForkResult {
    guard let place = SyncTarget.Place(target), let sibling = place.fork else {
      throw .store(.invalid("\(Printable.string(target)) is no name for a directory"))
    }
    try checkIsFree(target)
    return try withSharedLock(source) { tree, lock throws(SyncError) in
      let origin = try ForkOrigin(tree, source)
      let parent = LocalTree(try filing { () throws(FileError) in try Directory(path: place.parent) })
      let area = try ForkArea(sibling, in: parent, lockDeadline, control.clock)
      do throws(SyncError) {
        return try build(origin, area, target) { mode throws(FileError) in
          try parent.directory.changeMode(of: sibling, to: FileMode(mode.bits | 0o700))
          try parent.directory.rename(sibling, to: place.name, .replace)
          try parent.directory.sync()
        }
      } catch {
        try? parent.directory.removeTree(sibling)
        throw error
      }
    }
  }

  private func build(
    _ origin: ForkOrigin, _ area: ForkArea, _ target: String, _ publish: (FileMode) throws(FileError) -> Void
  ) throws(SyncError) -> ForkResult {
    let files = origin.files
    var copier = TreeCopier(from: files, to: area.tree, control: control)
    try copier.run()
    // Only now: what does not agree with its hint was changed before, or while it was copied.
    var surveyor = Surveyor(tree: files, limits: limits, control: control)
    try surveyor.compare(with: origin.copy.content) { origin.copy.hints(ofPage: $0) }
    let changed = surveyor.survey.exceptions
    var installation = LocalCopy.Installation(
      store: origin.copy.state.store, content: origin.copy.content, rootBytes: origin.rootBytes,
      synced: origin.copy.state.synced)
    installation.tree = nil
    installation.origin = (try? files.directory.absolutePath()).flatMap { String(validating: $0, as: UTF8.self) }
    let staging = area.tree
    try LocalCopy.install(installation, in: staging.directory, random: random) { path in
      changed[path] == nil ? (try? staging.directory.statusIfPresent(of: path)) ?? nil : nil
    }
    try filing { () throws(FileError) in
      try area.settle()
      try publish(try files.directory.status().mode)
    }
    return ForkResult(
      collection: origin.copy.state.collection, version: origin.copy.state.version.number,
      patterns: origin.copy.content.patterns, directory: target,
      bytesTotal: copier.totalByteCount, bytesShared: copier.sharedByteCount, bytesCopied: copier.copiedByteCount,
      files: copier.fileCount, localChanges: surveyor.survey.changeCount, omissions: copier.omissions)
  }

  private func checkIsFree(_ target: String) throws(SyncError) {
    guard let there = try SyncTarget.open(target) else { return }
    guard try filing({ () throws(FileError) in try there.directory.list(limit: 1 << 16).isEmpty }) else {
      throw .store(.invalid("\(Printable.string(target)) is there and not empty; nothing was touched"))
    }
  }

  /// Runs `body` while no sync changes the copy.
  private func withSharedLock<Value>(
    _ directory: String, _ body: (LocalTree, borrowing FileLock) throws(SyncError) -> Value
  ) throws(SyncError) -> Value {
    for _ in 0..<64 {
      guard let tree = try SyncTarget.open(directory) else { throw .store(.notFound(directory)) }
      guard try filing({ () throws(FileError) in try tree.directory.statusIfPresent(of: StatePath.state) }) != nil
      else { throw .notACopy(directory: directory, reason: "it has no .snapctl/state") }
      let lock = try shared(tree, control.clock)
      guard try SnapshotSync.isStill(tree, directory) else { continue }
      return try body(tree, lock)
    }
    throw .busy("\(Printable.string(directory)): syncs kept replacing it")
  }

  private func shared(_ tree: LocalTree, _ clock: some MonotonicClock) throws(SyncError) -> FileLock {
    do throws(FileError) {
      return try FileLock.acquire(StatePath.lock, in: tree.directory, .shared, deadline: lockDeadline, clock: clock)
    } catch {
      guard error.meaning == .timedOut else { throw .file(error) }
      throw .busy("\(tree.directory.path) is being synced by another process")
    }
  }
}

/// What a fork came to. The fields of the JSON object `forked`.
package struct ForkResult: Sendable, Equatable {
  package let collection: CollectionName
  package let version: UInt64
  /// What of it both have; nil: all.
  package let patterns: PartPatterns?
  package let directory: String
  package let bytesTotal: UInt64
  /// Bytes whose blocks both copies have.
  package let bytesShared: UInt64
  package let bytesCopied: UInt64
  package let files: UInt64
  /// In how many places the copy was not as its version has it; the fork is like the copy.
  package let localChanges: Int
  /// What of the copy no fork can hold.
  package let omissions: TreeOmissions
}

/// The copy that is forked.
struct ForkOrigin {
  let copy: LocalCopy
  /// Its files; of a directory of generations the one it remembers.
  let files: LocalTree
  let rootBytes: [UInt8]

  init(_ tree: LocalTree, _ directory: String) throws(SyncError) {
    switch LocalCopy.load(tree) {
    case .copy(let copy): self.copy = copy
    case .never: throw .notACopy(directory: directory, reason: "it has no .snapctl/state")
    case .unreadable(let reason): throw .notACopy(directory: directory, reason: reason)
    }
    guard copy.state.inPlace == nil else {
      let name = Printable.string(directory)
      throw .store(.invalid("\(name) is between two versions, of a sync that was stopped; sync it first"))
    }
    let copy = copy
    files = try filing { () throws(FileError) in
      guard let path = copy.state.tree.flatMap({ LocalPath($0) }) else { return tree }
      return LocalTree(try tree.directory.openDirectory(path))
    }
    rootBytes = try filing { () throws(FileError) in
      try tree.directory.open(StatePath.manifest(copy.state.version.root), for: .read)
        .readAll(limit: Limits.rootByteCount)
    }
  }
}

/// Where a fork is built. Whoever builds holds its lock; what a killed run left is removed.
final class ForkArea: Sendable {
  let tree: LocalTree
  private let lock: FileLock

  init(
    _ name: LocalPath, in parent: LocalTree, _ deadline: Deadline, _ clock: some MonotonicClock
  ) throws(SyncError) {
    let busy = SyncError.busy("\(parent.directory.path)/\(name) is being made by another process")
    do throws(FileError) {
      if try parent.directory.statusIfPresent(of: name) == nil {
        try parent.directory.makeDirectory(name, mode: FileMode(0o700))
      }
      let made = LocalTree(try parent.directory.openDirectory(name))
      if try made.directory.statusIfPresent(of: StatePath.directory) == nil {
        try made.directory.makeDirectory(StatePath.directory)
      }
      tree = made
    } catch {
      throw error.meaning == .exists || error.meaning == .notFound ? busy : .file(error)
    }
    let tree = tree
    do throws(FileError) {
      lock = try FileLock.acquire(StatePath.lock, in: tree.directory, .exclusive, deadline: deadline, clock: clock)
    } catch {
      throw error.meaning == .timedOut || error.meaning == .notFound ? busy : .file(error)
    }
    let isMine = try filing { () throws(FileError) in
      try parent.directory.statusIfPresent(of: name)?.isSameFile(as: tree.directory.status()) == true
    }
    guard isMine else { throw busy }
    try filing { () throws(FileError) in try ForkArea.empty(tree.directory) }
  }

  private static func empty(_ directory: borrowing Directory) throws(FileError) {
    for entry in try directory.list() {
      guard entry.name == StatePath.directory.bytes else {
        try directory.removeTree(entry)
        continue
      }
      for inner in try directory.openDirectory(entry).list() {
        guard let path = LocalPath(entry).appending(inner), path != StatePath.lock else { continue }
        try directory.removeTree(path)
      }
    }
  }

  /// Makes all names durable.
  func settle() throws(FileError) {
    var walk = try TreeWalk(tree.directory.reopened())
    while let entry = try walk.next() {
      if entry.content == .directory, entry.status.mode.bits & 0o500 == 0o500 {
        try tree.directory.openDirectory(entry.path).sync()
      }
    }
    try tree.directory.openDirectory(StatePath.directory).sync()
    try tree.directory.sync()
  }
}
