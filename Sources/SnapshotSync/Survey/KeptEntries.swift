internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// What of a directory is in no version because its ignore files keep it out: a sync leaves it where it is.
///
/// Where the version that is wanted has something at the same place, that comes first.
struct KeptEntries: Sendable {
  /// Of a directory that is kept whole, itself alone.
  private(set) var paths: Set<RelativePath> = []
  private var above: Set<RelativePath> = []

  var isEmpty: Bool { paths.isEmpty }

  mutating func keep(_ path: RelativePath) {
    paths.insert(path)
    var directory = path.parent
    while let next = directory, above.insert(next).inserted { directory = next.parent }
  }

  func contains(_ path: RelativePath) -> Bool { paths.contains(path) }

  /// Whether one of them lies somewhere below.
  func isAbove(_ path: RelativePath) -> Bool { above.contains(path) }

  /// Gives each a second name in `next`, at the same path; directories are made anew.
  ///
  /// - Throws: `.denied` or `.unsupported` where files cannot have a further name.
  func link(from tree: LocalTree, to next: LocalTree) throws(FileError) {
    var made: [(path: RelativePath, status: FileStatus)] = []
    for path in paths.sorted() {
      guard try makeParents(of: path, from: tree, in: next, &made) else { continue }
      var rest = [path]
      while let path = rest.popLast() {
        guard let status = try tree.directory.statusIfPresent(of: path) else { continue }
        let there = try next.directory.statusIfPresent(of: path)
        if status.kind == .directory {
          guard there == nil || there?.kind == .directory else { continue }
          if there == nil { try make(path, status, in: next, &made) }
          let names = try tree.directory.openDirectory(path).list()
          rest += names.compactMap { path.appending($0.name) }
        } else if there == nil {
          try tree.directory.link(path, to: path, in: next.directory)
        }
      }
    }
    for (path, status) in made.reversed() {
      _ = try? next.directory.settleOwner(of: path, status.ownedBy)
      try next.directory.settleMode(ofDirectory: path, to: status.mode)
    }
  }

  /// - Returns: false when the version has something else in the place of one of them.
  private func makeParents(
    of path: RelativePath, from tree: LocalTree, in next: LocalTree,
    _ made: inout [(path: RelativePath, status: FileStatus)]
  ) throws(FileError) -> Bool {
    guard let parent = path.parent else { return true }
    if let there = try next.directory.statusIfPresent(of: parent) { return there.kind == .directory }
    guard try makeParents(of: parent, from: tree, in: next, &made) else { return false }
    try make(parent, try tree.directory.status(of: parent), in: next, &made)
    return true
  }

  private func make(
    _ path: RelativePath, _ status: FileStatus, in next: LocalTree,
    _ made: inout [(path: RelativePath, status: FileStatus)]
  ) throws(FileError) {
    try next.directory.makeDirectory(path, mode: FileMode(0o700))
    made.append((path, status))
  }
}
