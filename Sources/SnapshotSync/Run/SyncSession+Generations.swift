internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

extension SyncSession {
  /// A directory for the version, beside those of others, and `current` turned to it (formats/copy-state.md §4).
  ///
  /// Earlier generations stay: their readers have mapped them. A file is the same file in two generations only when
  /// nobody can write it in place: its mode is 0444 in both.
  func addGeneration(_ prepared: Prepared, _ tree: LocalTree) throws(SyncError) -> (SyncResult.Way, UInt64) {
    let wanted = prepared.wanted
    let name = GenerationName(version: wanted.manifest.root.version, contentHash: wanted.contentHash)
    if try holds(name, prepared, tree) {
      try settlePart(of: name, prepared.wanted.patterns, tree)
      try filing { () throws(FileError) in try generations(tree).turn(to: name) }
      try installGeneration(name, prepared, tree)
      return (.generation(name.text), 0)
    }
    let area = try StagingArea.inside(tree, reason: "generations")
    let written = try build(prepared, windows(prepared), in: area, tree, isWholeTree: true) { entry, status in
      entry.mode == 0o444 && status.mode.bits == 0o444
    }
    let finish = finish(prepared)
    if area.isResumed { try finish.sweep(area.tree) }
    try finish.settle(area.tree)
    let isFirst = target.copy == nil
    // Without a state the directory would be a stranger's as soon as there is something in it.
    if isFirst { try install(prepared.wanted, in: tree, files: area.tree, path: name.text) }
    try filing { () throws(FileError) in
      try area.finish()
      let mode = try tree.directory.status().mode
      try tree.directory.changeMode(of: StatePath.next, to: FileMode(mode.bits | 0o700))
      try generations(tree).seal(area.tree.directory, contentHash: wanted.contentHash, part: wanted.patterns)
      try generations(tree).place(StatePath.next, as: name)
      try generations(tree).turn(to: name)
      try generations(tree).removeEvicted()
    }
    if !isFirst { try installGeneration(name, prepared, tree) }
    return (.generation(name.text), written)
  }

  /// Other patterns may give the very same entries.
  private func settlePart(
    of name: GenerationName, _ patterns: PartPatterns?, _ tree: LocalTree
  ) throws(SyncError) {
    let generation = try filing { () throws(FileError) in LocalTree(try tree.directory.openDirectory(name)) }
    guard try PartFile.read(generation) != patterns else { return }
    try PartFile.replace(patterns, in: generation, random: sync.random)
  }

  /// `current` leads to what the directory remembers, also after a run that was killed before it turned it.
  func turnToRemembered(_ tree: LocalTree) throws(SyncError) {
    guard let name = target.copy?.state.tree.flatMap({ GenerationName($0.utf8) }) else { return }
    try filing { () throws(FileError) in
      if try generations(tree).contentHash(of: name) != nil { try generations(tree).turn(to: name) }
    }
  }

  /// Whether the version is there as a generation already, every byte of it, with its owners where they are asked for:
  /// of an earlier sync, or of one that was killed behind it.
  private func holds(
    _ name: GenerationName, _ prepared: Prepared, _ tree: LocalTree
  ) throws(SyncError) -> Bool {
    let contentHash = try filing { () throws(FileError) in try generations(tree).contentHash(of: name) }
    guard contentHash == prepared.wanted.contentHash else { return false }
    let generation = try filing { () throws(FileError) in LocalTree(try tree.directory.openDirectory(name)) }
    var comparison = DirectoryComparison(tree: generation, limits.jobs, control)
    comparison.countsIgnored = true
    guard try comparison.compare(with: prepared.wanted, { _ throws(SyncError) in }) == 0 else { return false }
    guard request.setsOwners else { return true }
    return try OwnerComparison.isSame(prepared.wanted, in: generation)
  }

  private func installGeneration(
    _ name: GenerationName, _ prepared: Prepared, _ tree: LocalTree
  ) throws(SyncError) {
    let generation = try filing { () throws(FileError) in LocalTree(try tree.directory.openDirectory(name)) }
    try install(prepared.wanted, in: tree, files: generation, path: name.text)
  }

  private func generations(_ tree: LocalTree) -> Generations {
    Generations(tree, random: sync.random, clock: control.clock)
  }
}
