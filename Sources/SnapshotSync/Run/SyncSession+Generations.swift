internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

extension SyncSession {
  /// A directory for the version, beside those of others, and `current` turned to it.
  ///
  /// Earlier generations stay: their readers have mapped them. A file is the same file in two generations only when
  /// nobody can write it in place: its mode is 0444 in both.
  func addGeneration(_ prepared: Prepared, _ tree: LocalTree) throws(SyncError) -> (SyncResult.Way, UInt64) {
    let version = prepared.wanted.root
    let name = "gen-\(version.version)-\(version.totals.contentHash.hex.prefix(8))"
    guard let path = LocalPath(name) else { throw .store(.invalid("\(name) is not a name")) }
    let area = try StagingArea.inside(tree, reason: "generations")
    let written = try build(prepared, in: area, tree, isWholeTree: true) { entry, status in
      entry.mode == 0o444 && status.mode.bits == 0o444
    }
    let finish = TreeFinish(wanted: prepared.wanted, control: control)
    if area.isResumed { try finish.sweep(area.tree) }
    try finish.settle(area.tree)
    try filing { () throws(FileError) in
      try area.finish()
      try area.tree.directory.removeTree(StatePath.directory)
      // A generation of that name that is not what the copy remembers is not to be trusted.
      try tree.directory.removeTreeIfPresent(path)
      try tree.directory.rename(StatePath.next, to: path, .refuse)
      try tree.directory.changeMode(of: path, to: .directory)
      try turn(tree, to: name)
    }
    let generation = try filing { () throws(FileError) in LocalTree(try tree.directory.openDirectory(path)) }
    try install(prepared.wanted, in: tree, files: generation, path: name)
    return (.generation(name), written)
  }

  private func turn(_ tree: LocalTree, to name: String) throws(FileError) {
    let next: LocalPath = .local(".snapctl/current")
    try tree.directory.unlinkIfPresent(next)
    try tree.directory.makeSymbolicLink(next, target: Array(name.utf8))
    try tree.directory.rename(next, to: .local("current"), .replace)
    try tree.directory.sync()
  }
}
