internal import FileIO
internal import Primitives
internal import SnapshotFormat

/// One walk over a `TreeInput`.
///
/// In the order of the walk all that is below a directory comes together. The directories above the entry it stands at
/// are its `levels`; each brings the rules of its ignore file.
final class TreeReading {
  private struct Level {
    /// Nil for the root.
    let directory: RelativePath?
    let rules: IgnoreRules
    let live: (any LiveDirectory)?
    /// Of the paths below, what is above them.
    var prefixCount: Int { directory.map { $0.bytes.count + 1 } ?? 0 }
  }

  private let input: TreeInput
  private let root: Directory
  private var walk: TreeWalk
  private var levels: [Level] = []
  /// Files beside a database that was met, with what is not in it.
  private var companions: Set<RelativePath> = []
  /// Files beside it with nothing of it in them, when it was met.
  private var quietCompanions: Set<RelativePath> = []
  private(set) var omissions = TreeOmissions()

  init(_ input: TreeInput) throws(StoreError) {
    self.input = input
    do throws(FileError) {
      let root = try Directory(path: input.path)
      walk = try TreeWalk(try root.reopened())
      self.root = root
    } catch {
      throw .file(error)
    }
  }

  func run(_ body: (RelativePath, TreeInput.Entry) throws(StoreError) -> Void) throws(StoreError) {
    try enter(nil)
    while let entry = try next() {
      try move(to: entry.path.parent)
      if leavesOut(entry) {
        let isDirectory = entry.content == .directory
        if isDirectory, try hasExceptions(below: entry.path) {
          try visit(entry, body)
        } else {
          omissions.excludedCount += 1
          if isDirectory { walk.skipBelow(entry) }
        }
      } else {
        try visit(entry, body)
      }
    }
    while let level = levels.popLast() { try level.live?.leave(root) }
  }

  private func next() throws(StoreError) -> TreeEntry? {
    do throws(FileError) {
      return try walk.next()
    } catch {
      throw .file(error)
    }
  }

  // MARK: Levels

  /// Leaves the directories that are not above `parent`, and enters those that are.
  private func move(to parent: RelativePath?) throws(StoreError) {
    while let level = levels.last, let directory = level.directory, parent != directory,
      parent?.isBelow(directory) != true
    {
      levels.removeLast()
      try level.live?.leave(root)
    }
    if let parent, levels.last?.directory != parent { try enter(parent) }
  }

  private func enter(_ directory: RelativePath?) throws(StoreError) {
    let live = try input.live.enter(directory, of: root)
    levels.append(Level(directory: directory, rules: try IgnoreRules.read(in: directory, of: root), live: live))
  }

  // MARK: Selection

  private func leavesOut(_ entry: TreeEntry) -> Bool {
    let isDirectory = entry.content == .directory
    if isDirectory { return isExcluded(entry.path, isDirectory: true) }
    return companions.contains(entry.path) || !input.filter.includes(entry.path)
      || isExcluded(entry.path, isDirectory: false)
  }

  private func isExcluded(_ path: RelativePath, isDirectory: Bool) -> Bool {
    isIgnored(path, isDirectory: isDirectory) || input.filter.contextExcludes(path)
  }

  /// What the nearest rule says that says anything.
  private func isIgnored(_ path: RelativePath, isDirectory: Bool) -> Bool {
    if let verdict = input.filter.excludes.verdict(on: path.bytes[...], isDirectory: isDirectory) { return verdict }
    for level in levels.reversed() {
      let below = path.bytes[level.prefixCount...]
      if let verdict = level.rules.verdict(on: below, isDirectory: isDirectory) { return verdict }
    }
    return input.filter.ignoreFile.verdict(on: path.bytes[...], isDirectory: isDirectory) ?? false
  }

  /// Whether a directory that is left out has something below it that is not.
  private func hasExceptions(below directory: RelativePath) throws(StoreError) -> Bool {
    guard !isIgnored(directory, isDirectory: true), input.filter.mayTake(below: directory) else { return false }
    do throws(FileError) {
      var below = try TreeWalk(root.openDirectory(directory))
      while let entry = try below.next() {
        if let path = directory.appending(entry.path.bytes), !input.filter.contextExcludes(path) { return true }
      }
      return false
    } catch {
      if error.meaning == .notFound { return false }
      throw .file(error)
    }
  }

  // MARK: Entries

  private func visit(
    _ entry: TreeEntry, _ body: (RelativePath, TreeInput.Entry) throws(StoreError) -> Void
  ) throws(StoreError) {
    let owner = entry.status.ownedBy
    switch entry.content {
    case .directory: try body(entry.path, .directory(mode: entry.status.mode.bits, owner: owner))
    case .symbolicLink(let target): try body(entry.path, .link(target: target, owner: owner))
    case .file: try visitFile(entry.path, body)
    case .unsupported(let kind): omissions.skip(entry.path, kind)
    }
  }

  private func visitFile(
    _ path: RelativePath, _ body: (RelativePath, TreeInput.Entry) throws(StoreError) -> Void
  ) throws(StoreError) {
    var attempt = 1
    while true {
      do throws(StoreError) {
        guard let opened = try open(path, isRepeated: attempt > 1) else { return }
        try body(path, .file(mode: opened.status.mode.bits, owner: opened.status.ownedBy, opened.file))
        if opened.isCaptured { omissions.capturedCount += 1 }
        return
      } catch {
        guard case .changed(let name, let how) = error else { throw error }
        guard attempt < input.retry.attemptCountMax else {
          throw .changed(path: name, how: "\(how), at each of \(attempt) attempts")
        }
        attempt += 1
        input.retry.clock.sleep(nanoseconds: input.retry.waitNanoseconds)
      }
    }
  }

  private struct Opened {
    let file: FileInput
    /// Of the file itself, also where its bytes were captured.
    let status: FileStatus
    var isCaptured = false
  }

  /// A file, or a copy of a database as of one moment; nil when it has vanished.
  private func open(_ path: RelativePath, isRepeated: Bool) throws(StoreError) -> Opened? {
    guard let way = try look(at: path, isRepeated: isRepeated) else { return nil }
    switch way {
    case .asItIs(let file): return Opened(file: file, status: file.status)
    case .captured(let database, let status):
      return Opened(file: try database.capture(), status: status, isCaptured: true)
    }
  }

  private enum Way {
    case asItIs(FileInput)
    case captured(LiveDatabase, FileStatus)
  }

  /// How a file is to be taken. A database that is to be captured is closed again: to close any descriptor of it later
  /// would release the locks under which it is captured.
  private func look(at path: RelativePath, isRepeated: Bool) throws(StoreError) -> Way? {
    guard let file = try openIfPresent(path) else {
      omissions.vanish(path)
      return nil
    }
    // What a writer began here after the database was read is of a later moment.
    if quietCompanions.contains(path), try input.live.holdsChanges(path, of: root) { return nil }
    guard let database = try file.database(input.live, at: path, of: root) else {
      try file.settle(input.retry)
      return .asItIs(file)
    }
    companions = companions.filter { $0 > path }.union(database.companions)
    quietCompanions = quietCompanions.filter { $0 > path }.union(database.quietCompanions)
    if database.isLive || isRepeated { return .captured(database, file.status) }
    try file.settle(input.retry)
    return .asItIs(file)
  }

  private func openIfPresent(_ path: RelativePath) throws(StoreError) -> FileInput? {
    do throws(FileError) {
      return try FileInput(root.open(path, for: .read))
    } catch {
      switch error.meaning {
      case .notFound, .notADirectory: return nil
      case .wrongKind, .leadsOutside: throw .changed(path: error.path, how: "it is no file any more")
      default: throw .file(error)
      }
    }
  }
}
