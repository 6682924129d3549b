internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// What of a directory is in no version because its ignore files keep it out: a sync leaves it where it is.
///
/// Where the version that is wanted has something at the same place, that comes first.
struct KeptEntries: Sendable {
  /// Of a directory that is kept whole, itself alone.
  private var paths: Set<RelativePath> = []
  /// The directories above them.
  private(set) var above: Set<RelativePath> = []
  private var ignored = IgnoreLookup()
  private var left: VersionContent?

  mutating func keep(_ path: RelativePath) {
    paths.insert(path)
    var directory = path.parent
    while let next = directory, above.insert(next).inserted { directory = next.parent }
  }

  /// Whether it is one of them, or lies in one.
  func contains(_ path: RelativePath) -> Bool {
    var path: RelativePath? = path
    while let next = path {
      if paths.contains(next) { return true }
      path = next.parent
    }
    return false
  }

  /// Whether an entry that is not wanted is to stay: also one that came only now.
  mutating func keeps(_ entry: TreeEntry, in tree: LocalTree) throws(SyncError) -> Bool {
    if contains(entry.path) { return true }
    let (left, isDirectory) = (left, entry.content == .directory)
    return try storing { () throws(StoreError) in
      guard try ignored.leavesOut(entry.path, isDirectory: isDirectory, in: tree.directory) else { return false }
      return try left?.entry(at: entry.path) == nil
    }
  }

  /// Whether one of them lies somewhere below.
  func isAbove(_ path: RelativePath) -> Bool { above.contains(path) }

  /// Looks what there is now: others go on writing while a sync works.
  ///
  /// - Parameter left: what the directory was left with; that is not kept.
  static func found(in tree: LocalTree, besides left: VersionContent?) throws(SyncError) -> KeptEntries {
    var kept = KeptEntries()
    kept.left = left
    var entries = try EntryStream(left)
    var walk = try filing { () throws(FileError) in try TreeWalk(tree.directory.reopened()) }
    while let found = try filing({ () throws(FileError) in try walk.next() }) {
      while let entry = try entries.peek(), entry.path < found.path { entries.pop() }
      if try entries.peek()?.path == found.path { continue }
      let isDirectory = found.content == .directory
      let isIgnored = try storing { () throws(StoreError) in
        try kept.ignored.leavesOut(found.path, isDirectory: isDirectory, in: tree.directory)
      }
      guard isIgnored else { continue }
      kept.keep(found.path)
      if isDirectory { walk.skipBelow(found) }
    }
    return kept
  }
}

// MARK: - Into the next tree

extension KeptEntries {
  /// Gives each a second name in `next`, at the same path, unless something is there; directories are made anew. All
  /// names are durable afterwards. What vanishes meanwhile is left out.
  ///
  /// - Throws: `.denied`, `.unsupported` or `.tooLarge` where files cannot have a further name.
  func link(from tree: LocalTree, to next: LocalTree) throws(FileError) {
    var links = KeptLinks(from: tree, to: next)
    for path in paths.sorted() { try links.add(path) }
    try links.settle()
  }
}

/// Second names that are being given.
private struct KeptLinks {
  private let tree: LocalTree
  private let next: LocalTree
  private var made: [(path: RelativePath, status: FileStatus)] = []
  /// Directories with new names in them; nil is the root.
  private var changed: Set<RelativePath?> = []

  init(from tree: LocalTree, to next: LocalTree) {
    self.tree = tree
    self.next = next
  }

  /// Links a file, or all that is in a directory.
  mutating func add(_ path: RelativePath) throws(FileError) {
    guard try makeParents(of: path) else { return }
    var rest = [path]
    while let path = rest.popLast() {
      do throws(FileError) {
        rest += try link(path)
      } catch {
        // Others go on writing: this one has vanished, and the rest has not.
        guard error.meaning == .notFound || error.meaning == .notADirectory else { throw error }
      }
    }
  }

  /// Makes the names durable, then gives directories their owners and modes.
  func settle() throws(FileError) {
    for path in changed {
      if let path { try next.directory.openDirectory(path).sync() } else { try next.directory.sync() }
    }
    for (path, status) in made.reversed() {
      _ = try? next.directory.settleOwner(of: path, status.ownedBy)
      try next.directory.settleMode(ofDirectory: path, to: status.mode)
    }
  }

  /// - Returns: what is in it.
  private mutating func link(_ path: RelativePath) throws(FileError) -> [RelativePath] {
    guard let status = try tree.directory.statusIfPresent(of: path) else { return [] }
    let there = try next.directory.statusIfPresent(of: path)
    guard status.kind == .directory else {
      guard there == nil else { return [] }
      try tree.directory.link(path, to: path, in: next.directory)
      changed.insert(path.parent)
      return []
    }
    guard there == nil || there?.kind == .directory else { return [] }
    if there == nil { try make(path, status) }
    var below: [RelativePath] = []
    for entry in try tree.directory.openDirectory(path).list() {
      guard let path = path.appending(entry.name) else { throw FileError.tooLong(below: path.bytes) }
      below.append(path)
    }
    return below
  }

  /// - Returns: false when the version has something else in the place of one of them, or it has vanished.
  private mutating func makeParents(of path: RelativePath) throws(FileError) -> Bool {
    guard let parent = path.parent else { return true }
    if let there = try next.directory.statusIfPresent(of: parent) { return there.kind == .directory }
    guard try makeParents(of: parent), let status = try tree.directory.statusIfPresent(of: parent) else { return false }
    try make(parent, status)
    return true
  }

  private mutating func make(_ path: RelativePath, _ status: FileStatus) throws(FileError) {
    try next.directory.makeDirectory(path, mode: FileMode(0o700))
    made.append((path, status))
    changed.insert(path.parent)
  }
}
