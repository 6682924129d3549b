internal import Catalog
internal import FileIO
internal import ObjectTier
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

extension SyncSession {
  func run(
    _ planned: ((SyncPlan) -> Void)?, _ explain: ((FileExplanation) -> Void)?
  ) throws(SyncError) -> SyncResult {
    guard let tree = target.tree else { throw .store(.notFound(request.directory)) }
    guard let prepared = try prepare(explain) else {
      planned?(emptyPlan)
      StagingArea.removeLeftovers(beside: request.directory)
      try turnToRemembered(tree)
      // Of a run that was killed before it removed anything: all of it is as the state says.
      if request.style != .generations { try PartFile.replace(nil, in: tree, random: sync.random) }
      guard let content = target.copy?.content else { throw .store(.notFound(request.directory)) }
      return result(content)
    }
    planned?(prepared.plan)
    try checkSpace(prepared.plan, tree)
    if request.setsOwners, !prepared.plan.isEmpty {
      try OwnerProbe(tree: tree).check(prepared.wanted, directory: request.directory)
    }
    var result = result(prepared.wanted)
    let (way, written) = try execute(prepared, tree)
    let counts = tier.counts
    result.way = way
    result.bytesRead = counts.bytes
    result.requests = counts.requests
    result.chunksRead = prepared.plan.chunksToRead
    result.bytesWritten = written
    result.localChanges = prepared.survey.changes
    result.localChangesReverted = prepared.survey.changeCount
    if let keep = request.generationCount, request.style == .generations {
      _ = try SnapshotSync.evict(in: tree, keep: keep, isDryRun: false, random: sync.random, control: control)
    }
    return result
  }

  private func execute(_ prepared: Prepared, _ tree: LocalTree) throws(SyncError) -> (SyncResult.Way, UInt64) {
    if prepared.plan.isEmpty, !target.isEmpty, request.style != .generations {
      // The same bytes under another version: only what the directory remembers changes.
      try install(prepared.wanted, in: tree, files: tree, path: nil)
      return (.unchanged, 0)
    }
    return switch request.style {
    case .exchange: try exchange(prepared, tree)
    case .inPlace:
      try PinnedCopy.whileUnpinned(tree, control.clock) { () throws(SyncError) in try patchInPlace(prepared, tree) }
    case .generations: try addGeneration(prepared, tree)
    }
  }

  private func result(_ content: VersionContent) -> SyncResult {
    SyncResult(request, content, tier: sync.store.tier.role.rawValue)
  }

  /// What the next tree takes beside the one that is there; the state is small.
  private func checkSpace(_ plan: SyncPlan, _ tree: LocalTree) throws(SyncError) {
    let free = try filing { () throws(FileError) in try tree.directory.fileSystem().freeByteCount }
    let needed = plan.bytesToAllocate + SyncSession.stateByteCount
    guard needed > free else { return }
    throw .noSpace(missing: needed - free, directory: request.directory)
  }

  private static let stateByteCount: UInt64 = 1 << 20

  // MARK: Ways

  /// All at once, where that is possible.
  private func exchange(_ prepared: Prepared, _ tree: LocalTree) throws(SyncError) -> (SyncResult.Way, UInt64) {
    switch try StagingArea.beside(tree, request.directory) {
    case .failure(let refusal): return try oneByOne(prepared, tree, reason: refusal.reason)
    case .success(let area):
      let written = try build(prepared, windows(prepared), in: area, tree, isWholeTree: true)
      let finish = finish(prepared)
      if area.isResumed { try finish.sweep(area.tree) }
      try finish.settle(area.tree)
      let kept = try kept(prepared, in: tree)
      do throws(FileError) {
        try kept?.link(from: tree, to: area.tree)
      } catch {
        return (try replaceInstead(prepared, tree, from: area, because: error), written)
      }
      try keepOwner(of: tree, for: area)
      try install(prepared.wanted, in: area.tree, files: area.tree, path: nil)
      return (try changePlaces(area, prepared, tree), written)
    }
  }

  func finish(_ prepared: Prepared) -> TreeFinish {
    TreeFinish(wanted: prepared.wanted, control: control, setsOwners: request.setsOwners)
  }

  /// The directory itself is no entry of the version: it stays with whom it belongs to, as far as this process may give
  /// it away. Where owners are wanted it has to.
  private func keepOwner(of tree: LocalTree, for area: StagingArea) throws(SyncError) {
    guard case .beside(let parent, _, let sibling) = area.place else { return }
    try filing { () throws(FileError) in
      let owner = try tree.directory.status().ownedBy
      do throws(FileError) {
        try parent.directory.settleOwner(of: sibling, owner)
      } catch {
        guard !request.setsOwners, error.meaning == .denied else { throw error }
        // A file may go to a group of one's own without further rights.
        let mine = try parent.directory.status(of: sibling).owner
        _ = try? parent.directory.settleOwner(of: sibling, Owner(user: mine, group: owner.group))
      }
    }
  }

  private func changePlaces(
    _ area: StagingArea, _ prepared: Prepared, _ tree: LocalTree
  ) throws(SyncError) -> SyncResult.Way {
    guard case .beside(let parent, let name, let sibling) = area.place else { return .exchanged }
    do throws(FileError) {
      try area.finish()
      try area.tree.directory.openDirectory(StatePath.directory).sync()
      try parent.directory.exchange(name, with: sibling)
      try parent.directory.sync()
    } catch {
      return try replaceInstead(prepared, tree, from: area, because: error)
    }
    // What was written between the look before and the exchange is in the old tree alone.
    let late = try kept(prepared, in: tree)
    try filing { () throws(FileError) in try late?.link(from: tree, to: area.tree) }
    // The version is there; an old tree that cannot be removed now goes with the next sync.
    try? parent.directory.removeTree(sibling)
    return .exchanged
  }

  /// What was built, moved over file by file, where the trees cannot change places.
  private func replaceInstead(
    _ prepared: Prepared, _ tree: LocalTree, from area: StagingArea, because error: FileError
  ) throws(SyncError) -> SyncResult.Way {
    guard [.unsupported, .busy, .denied, .tooLarge].contains(error.meaning) else { throw .file(error) }
    try replace(prepared, tree, from: area)
    if case .beside(let parent, _, let sibling) = area.place {
      try filing { () throws(FileError) in try parent.directory.removeTree(sibling) }
    }
    return .oneByOne(reason: "\(error)")
  }

  /// One file after the other: each is whole, but for a while some are of the version before.
  private func oneByOne(
    _ prepared: Prepared, _ tree: LocalTree, reason: String
  ) throws(SyncError) -> (SyncResult.Way, UInt64) {
    let area = try StagingArea.inside(tree, reason: reason)
    let written = try build(prepared, windows(prepared), in: area, tree, isWholeTree: false)
    try replace(prepared, tree, from: area)
    try filing { () throws(FileError) in try tree.directory.removeTree(StatePath.next) }
    return (.oneByOne(reason: reason), written)
  }

  private func patchInPlace(_ prepared: Prepared, _ tree: LocalTree) throws(SyncError) -> (SyncResult.Way, UInt64) {
    // They are on their way while the directory is made ready.
    let windows = try windows(prepared)
    let area = try StagingArea.inside(tree, reason: "in place")
    if prepared.plan.files > 0 { try markUnfinished(prepared, tree) }
    let written = try build(prepared, windows, in: area, tree, isWholeTree: false)
    try replace(prepared, tree, from: area)
    try filing { () throws(FileError) in try tree.directory.removeTree(StatePath.next) }
    return (.inPlace, written)
  }

  private func replace(_ prepared: Prepared, _ tree: LocalTree, from area: StagingArea) throws(SyncError) {
    let finish = finish(prepared)
    control.progress(SyncProgress(phase: .apply))
    // Halfway to another collection the state would speak of the one before alone, and say nothing of the new one.
    if let state = target.copy?.state, state.collection != request.collection { try markUnfinished(prepared, tree) }
    // What is not in the part goes before the state tells of it: no version may be made of the tree meanwhile.
    if let part = prepared.wanted.patterns { try PartFile.replace(part, in: tree, random: sync.random) }
    try finish.replace(tree, from: area.tree, keeping: try kept(prepared, in: tree))
    try finish.settle(tree)
    try install(prepared.wanted, in: tree, files: tree, path: nil)
  }

  /// What the directory remembers is not what is in it, from here to the next state.
  private func markUnfinished(_ prepared: Prepared, _ tree: LocalTree) throws(SyncError) {
    guard let state = target.copy?.state else { return }
    let manifest = prepared.wanted.manifest
    let version = CopyState.Version(number: manifest.root.version, root: manifest.name, digest: manifest.digest)
    try LocalCopy.beginInPlace(state, target: version, in: tree.directory, random: sync.random)
  }

  /// What ignore files keep out of versions, as it is now; nil where there are no such files.
  private func kept(_ prepared: Prepared, in tree: LocalTree) throws(SyncError) -> KeptEntries? {
    guard prepared.survey.hasIgnoreFiles else { return nil }
    return try KeptEntries.found(in: tree, besides: target.copy?.content)
  }

  // MARK: Steps

  /// The windows of the plan, what the first ones need being read from here on.
  ///
  /// Those that were kept when they were counted; else they are made again, one by one.
  func windows(_ prepared: Prepared) throws(SyncError) -> WindowsAhead {
    let frames = prepared.wanted.manifest.chunks.frames
    if var windows = prepared.windows.all?[...] {
      return try WindowsAhead(frames, jobs: limits.jobs) { () throws(SyncError) in windows.popFirst() }
    }
    var planner = try planner((prepared.basis, prepared.wanted, prepared.survey, prepared.index))
    return try WindowsAhead(frames, jobs: limits.jobs) { () throws(SyncError) in try planner.next() }
  }

  func build(
    _ prepared: Prepared, _ windows: WindowsAhead, in area: StagingArea, _ tree: LocalTree, isWholeTree: Bool,
    mayLink: @escaping (FileEntry, FileStatus) -> Bool = { _, _ in true }
  ) throws(SyncError) -> UInt64 {
    let builder = TreeBuilder(
      staging: area.tree, tree: files ?? tree, wanted: prepared.wanted.manifest, local: local, limits: limits,
      isWholeTree: isWholeTree, isResumed: area.isResumed, plan: prepared.plan, control: control, mayLink: mayLink)
    while let (window, fetched) = try windows.next() { try builder.run(window, fetched) }
    return builder.writtenByteCount
  }

  func install(
    _ wanted: VersionContent, in tree: LocalTree, files: LocalTree, path: String?
  ) throws(SyncError) {
    var installation = LocalCopy.Installation(
      store: sync.store.identity.identifier, content: wanted, rootBytes: tier.root(wanted.manifest.name),
      synced: sync.wallClock.now())
    installation.tree = path
    try LocalCopy.install(installation, in: tree.directory, random: sync.random) { path in
      (try? files.directory.statusIfPresent(of: path)) ?? nil
    }
  }
}
