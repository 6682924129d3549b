internal import Catalog
internal import FileIO
internal import ObjectTier
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// One sync of one directory: what it knows between looking at the directory and leaving it.
struct SyncSession {
  let sync: SnapshotSync
  let request: SyncRequest
  let target: SyncTarget
  let control: SyncControl
  let tier: CountingTier
  let local: LocalChunks
  let limits: StoreLimits
  /// The tree whose files are at hand; of a copy with generations the newest.
  let files: LocalTree?
  private let unfinished: LocalTree?

  init(
    _ sync: SnapshotSync, _ request: SyncRequest, _ target: SyncTarget, unfinished: LocalTree?, control: SyncControl
  ) throws(SyncError) {
    self.sync = sync
    self.request = request
    self.target = target
    self.unfinished = unfinished
    self.control = control
    var limits = sync.store.limits
    limits.frameCacheByteCount = FrameLedger.cacheByteCount
    self.limits = limits
    tier = CountingTier(sync.store.tier)
    files = try SyncSession.files(of: target)
    local = LocalChunks(pages: target.copy?.pages, tree: files)
  }

  private static func files(of target: SyncTarget) throws(SyncError) -> LocalTree? {
    guard let tree = target.tree, let path = target.copy?.state.tree.flatMap({ LocalPath($0) }) else {
      return target.tree
    }
    do throws(FileError) {
      return LocalTree(try tree.directory.openDirectory(path))
    } catch {
      guard error.meaning == .notFound || error.meaning == .notADirectory else { throw .file(error) }
      return nil
    }
  }

  /// Whether the copy was left at the very version that is wanted.
  private var isAtVersion: Bool {
    guard let state = target.copy?.state, state.inPlace == nil else { return false }
    return state.version.root == request.row.root.name && state.version.digest == request.row.root.digest
  }

  /// What of the version is wanted; nil: all of it.
  var patterns: PartPatterns? {
    switch request.part {
    // What a copy of another collection holds says nothing of this one.
    case .asBefore: target.copy?.state.collection == request.collection ? target.copy?.content.patterns : nil
    case .chosen(let patterns): patterns
    }
  }

  private var isPartAsWanted: Bool { target.copy.map { $0.content.patterns == patterns } ?? false }

  /// Whether the files belong to the owners of the version they were left at, as far as that is asked for. A copy that
  /// cannot tell says no.
  private var isOwnedAsWanted: Bool {
    guard request.setsOwners else { return true }
    guard let files, let content = target.copy?.content else { return false }
    return (try? OwnerComparison.isSame(content, in: files)) == true
  }

  // MARK: Planning

  /// What was found out before the first byte is written.
  struct Prepared {
    let basis: VersionContent?
    let wanted: VersionContent
    let survey: Survey
    let index: MovedIndex
    let plan: SyncPlan
    let windows: PlannedWindows
  }

  func plan(_ explain: ((FileExplanation) -> Void)?) throws(SyncError) -> SyncPlan {
    try prepare(explain)?.plan ?? emptyPlan
  }

  /// Of a directory where everything is as wanted.
  var emptyPlan: SyncPlan {
    var plan = SyncPlan()
    plan.patterns = patterns
    plan.isPartAsBefore = request.part == .asBefore
    return plan
  }

  /// - Returns: nil when everything is as wanted; the store was not read then.
  func prepare(_ explain: ((FileExplanation) -> Void)?) throws(SyncError) -> Prepared? {
    control.progress(SyncProgress(phase: .plan))
    try checkStyle()
    let reading = readsWhileLooking ? BackgroundWork(.left) { () throws(SyncError) in try wantedContent() } : nil
    var survey = try surveyAsLeft()
    if isAtVersion, isPartAsWanted, survey?.survey.exceptions.isEmpty == true, isOwnedAsWanted { return nil }
    if request.keepLocal, let found = survey?.survey, target.copy != nil, found.changeCount > 0 {
      throw .localChanges(count: found.changeCount, first: found.changes)
    }
    let wanted = if let reading { try reading.wait() } else { try wantedContent() }
    let basis = files == nil ? nil : target.copy?.content ?? (target.isEmpty ? nil : wanted)
    if target.copy == nil, !target.isEmpty {
      // A directory that is taken over is looked at as a copy of the wanted version of which nothing is believed.
      try survey?.compare(with: wanted) { _ in [] }
    }
    try survey?.compare(withWanted: wanted)
    if let unfinished { try survey?.compare(unfinished: unfinished, withWanted: wanted) }
    let found = if let survey { survey.survey } else { try surveyOfNothing(wanted) }
    let index = MovedIndex(basis, found, countMax: limits.chunkIndexCount)
    var (plan, windows) = try count(basis: basis, wanted: wanted, found, index, explain)
    if request.style == .exchange, !plan.isEmpty, let tree = target.tree {
      plan.obstacle = try StagingArea.obstacle(tree, request.directory)
    }
    return Prepared(basis: basis, wanted: wanted, survey: found, index: index, plan: plan, windows: windows)
  }

  /// Whether the store is read while the directory is looked at. Not where that may show that nothing is to be done, or
  /// may be done.
  private var readsWhileLooking: Bool { !request.keepLocal && !(isAtVersion && isPartAsWanted) }

  /// A copy is a plain tree or one of generations; it stays what it is.
  private func checkStyle() throws(SyncError) {
    guard target.copy != nil || !target.isEmpty else { return }
    let hasGenerations = target.copy?.state.tree != nil
    guard hasGenerations == (request.style == .generations) else {
      let kind = hasGenerations ? "holds generations" : "is a plain tree"
      let directory = Printable.string(request.directory)
      throw .store(.invalid("\(directory) \(kind); sync it as such, or into another directory"))
    }
  }

  private func surveyAsLeft() throws(SyncError) -> Surveyor? {
    guard let files else { return nil }
    var surveyor = Surveyor(tree: files, limits: limits, control: control)
    if let copy = target.copy { try surveyor.compare(with: copy.content) { copy.hints(ofPage: $0) } }
    return surveyor
  }

  /// Of a directory that is not there: only what an earlier run left.
  private func surveyOfNothing(_ wanted: VersionContent) throws(SyncError) -> Survey {
    guard let unfinished else { return Survey() }
    var surveyor = Surveyor(tree: unfinished, limits: limits, control: control)
    try surveyor.compare(unfinished: unfinished, withWanted: wanted)
    return surveyor.survey
  }

  /// What is wanted, all its pages at hand: those of the copy are not read.
  ///
  /// - Throws: `.nothingIncluded` where patterns that were chosen now select nothing.
  private func wantedContent() throws(SyncError) -> VersionContent {
    let (manifest, patterns) = (try manifest(), patterns)
    try storing { () throws(StoreError) in try manifest.prefetchPages(limits) }
    try local.load(manifest) { patterns?.mayInclude($0) ?? true }
    let content = try VersionContent(manifest, patterns, control: control)
    try request.check(content)
    return content
  }

  /// The wanted manifest, its pages taken from the copy where it has them.
  private func manifest() throws(SyncError) -> ManifestReader {
    let store = sync.store
    let counting = SnapshotStore(
      identity: store.identity, tier: tier, catalog: store.catalog, limits: limits, settings: store.settings)
    return try storing { () throws(StoreError) in try counting.manifest(request.row, local: local) }
  }

  func planner(
    _ prepared: (basis: VersionContent?, wanted: VersionContent, survey: Survey, index: MovedIndex),
    _ explain: ((FileExplanation) -> Void)? = nil
  ) throws(SyncError) -> SyncPlanner {
    try SyncPlanner(
      basis: prepared.basis, wanted: prepared.wanted, survey: prepared.survey, style: request.style, limits: limits,
      index: prepared.index,
      owners: request.setsOwners ? try OwnerComparison(prepared.wanted, with: files) : nil, explain: explain)
  }

  private func count(
    basis: VersionContent?, wanted: VersionContent, _ survey: Survey, _ index: MovedIndex,
    _ explain: ((FileExplanation) -> Void)?
  ) throws(SyncError) -> (SyncPlan, PlannedWindows) {
    var planner = try planner((basis, wanted, survey, index), explain)
    var windows = PlannedWindows()
    while let window = try planner.next() {
      windows.add(window)
      try control.check()
    }
    guard planner.linked.isEmpty else {
      throw .linked(count: planner.linked.count, first: Array(planner.linked.prefix(Survey.listedChangeCountMax)))
    }
    var plan = planner.plan
    (plan.patterns, plan.isPartAsBefore) = (wanted.patterns, request.part == .asBefore)
    let counts = tier.counts
    plan.bytesToRead += counts.bytes
    plan.requests += counts.requests
    plan.bytesToAllocate -= min(plan.bytesToAllocate, survey.stagedByteCount)
    return (plan, windows)
  }
}
