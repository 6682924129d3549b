internal import Catalog
internal import ObjectTier
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore
internal import SnapshotSync

extension SnapshotEngine {
  /// Brings a directory to a version, reading and writing only what differs.
  ///
  /// Afterwards it has exactly the entries of the version, or of the part of it that is asked for, and what its own
  /// `.snapignore` keeps out of versions. Local changes are put back, unless told otherwise; one that was killed goes
  /// on where it was.
  ///
  /// ```swift
  /// try await engine.sync("models/paddleocr", to: "models", including: ["*.json", "det/**"])
  /// ```
  /// - Parameter including: the same as `SyncOptions.includes`, before which it counts.
  /// - Throws: `.failed` for a directory that is not empty and was not made by `sync`, `.usage` for one that holds the
  /// store, the cache or this host's state, `.notFound` for a version that is not there, `.damaged` when its bytes do
  /// not verify, `.noSpace` before the first byte, `.locked` when another sync of the directory goes on too long.
  @discardableResult
  public func sync(
    _ version: String, to directory: String, including: [String]? = nil, options: SyncOptions = SyncOptions()
  ) async throws(EngineError) -> SyncedCopy {
    let reference = try Names.version(version)
    let options = try options.checked(including)
    let lockTimeout = configuration.lockTimeoutSeconds
    return try await perform { call throws(EngineError) in
      let (head, row) = try call.row(reference, hint: call.version(of: directory, in: reference.collection))
      return try call.sync(
        Snapshot(reference.collection, row, in: head), row, reference.collection, to: directory, options, lockTimeout)
    }
  }

  /// What `sync` would do. Writes nothing.
  ///
  /// - Throws: what `sync` would refuse.
  public func planSync(
    _ version: String, to directory: String, including: [String]? = nil, options: SyncOptions = SyncOptions()
  ) async throws(EngineError) -> SyncForecast {
    let reference = try Names.version(version)
    let options = try options.checked(including)
    return try await perform { call throws(EngineError) in
      let (head, row) = try call.row(reference, hint: call.version(of: directory, in: reference.collection))
      let plan = try call.syncing(directory, options) { sync, control throws(SyncError) in
        try sync.plan(
          SyncRequest(reference.collection, row: row, directory: directory, options), control: control,
          explain: options.explain.map { explain in { explain(Explanation($0)) } })
      }
      return SyncForecast(Snapshot(reference.collection, row, in: head), plan, tier: call.tierName)
    }
  }
}

extension EngineCall {
  /// The version of the collection that a directory is a copy of; 0 where it is of none.
  fileprivate func version(of directory: String, in collection: CollectionName) -> UInt64 {
    guard let state = LocalCopy.remembered(path: directory), state.store == wiring.identity.identifier,
      state.collection == collection
    else { return 0 }
    return state.version.number
  }

  /// How what runs below is stopped.
  var control: SyncControl {
    var control = SyncControl(clock: clock)
    control.deadline = deadline
    control.isCancelled = { self.isStopped }
    return control
  }

  /// Brings a directory to the version of a row.
  func sync(
    _ snapshot: Snapshot, _ row: VersionRow, _ collection: CollectionName, to directory: String,
    _ options: SyncOptions, _ lockTimeout: Double
  ) throws(EngineError) -> SyncedCopy {
    let result = try syncing(directory, options) { sync, control throws(SyncError) in
      try sync.sync(
        SyncRequest(collection, row: row, directory: directory, options), control: control.telling(options.progress),
        lockDeadline: deadline.earlier(Deadline(seconds: lockTimeout, from: clock)),
        planned: { options.planned?(SyncForecast(snapshot, $0, tier: self.tierName)) },
        explain: options.explain.map { explain in { explain(Explanation($0)) } })
    }
    return SyncedCopy(snapshot, result, tier: servedBy, cache: wiring.cached.map { _ in CacheService(caching) })
  }

  fileprivate func syncing<Value>(
    _ directory: String, _ options: SyncOptions, _ body: (SnapshotSync, SyncControl) throws(SyncError) -> Value
  ) throws(EngineError) -> Value {
    try wiring.directories.checkSync(directory)
    return try onTrees(directory) { () throws(EngineError) in
      try EngineError.catching(in: directory) { () throws(SyncError) in
        do throws(SyncError) {
          return try body(SnapshotSync(store, random: random, wallClock: clock), control)
        } catch {
          if case .localChanges(_, let first) = error { first.forEach { options.changed?(ChangedEntry($0)) } }
          throw error
        }
      }
    }
  }

  /// What is read first.
  fileprivate var tierName: String { wiring.cache == nil ? "origin" : "cache" }

  /// What most bytes came from. What a cold cache was filled with came from the origin.
  fileprivate var servedBy: String {
    let (origin, cache) = traffic
    return cache.bytesRead > origin.bytesRead ? "cache" : "origin"
  }
}

extension SyncControl {
  func telling(_ handler: ProgressHandler?) -> SyncControl {
    guard let handler else { return self }
    var control = self
    control.progress = { handler(Progress($0)) }
    return control
  }
}

extension SyncRequest {
  fileprivate init(_ collection: CollectionName, row: VersionRow, directory: String, _ options: SyncOptions) {
    self.init(collection, row: row, directory: directory)
    part = options.part
    allowsEmptyPart = options.allowsEmptyPart
    adopt = options.adopts
    keepLocal = options.keepsLocalChanges
    setsOwners = options.setsOwners
    generationCount = options.generationCount
    style =
      switch options.style {
      case .exchange: .exchange
      case .inPlace: .inPlace
      case .generations: .generations
      }
  }
}

extension SyncOptions {
  /// With what was asked for besides.
  ///
  /// - Throws: `.usage` for patterns that are none.
  func checked(_ including: [String]? = nil) throws(EngineError) -> SyncOptions {
    var options = self
    options.includes = including ?? includes
    do throws(PartPatterns.Defect) {
      _ = try options.includes.map { patterns throws(PartPatterns.Defect) in try PartPatterns.chosen(patterns) }
    } catch {
      throw EngineError(.usage, "--include: \(error.reason)")
    }
    return options
  }

  /// - Precondition: they were checked.
  fileprivate var part: SyncRequest.Part {
    guard let includes else { return .asBefore }
    return .chosen((try? PartPatterns.chosen(includes)) ?? nil)
  }
}

extension Progress {
  fileprivate init(_ progress: SyncProgress) {
    self.init(phase: progress.phase.rawValue)
    bytesDone = progress.bytesDone
    bytesTotal = progress.bytesTotal > 0 ? progress.bytesTotal : nil
    itemsDone = progress.itemsDone
    itemsTotal = progress.itemsTotal > 0 ? progress.itemsTotal : nil
  }
}

extension ChangedEntry {
  fileprivate init(_ change: LocalChange) {
    self.init(path: "\(change.path)", change: change.kind.rawValue)
  }
}

extension SyncForecast {
  fileprivate init(_ snapshot: Snapshot, _ plan: SyncPlan, tier: String) {
    self.init(
      snapshot: snapshot, includes: plan.patterns?.patterns, keepsPart: plan.patterns != nil && plan.isPartAsBefore,
      bytesToRead: plan.bytesToRead, bytesToWrite: plan.bytesToWrite, requests: plan.requests,
      files: plan.files, steps: plan.steps, localChanges: plan.localChangeCount,
      obstacle: plan.obstacle.map { Printable.string($0) }, tier: tier)
  }
}

extension SyncedCopy {
  fileprivate init(_ snapshot: Snapshot, _ result: SyncResult, tier: String, cache: CacheService?) {
    self.init(
      snapshot: snapshot, includes: result.patterns?.patterns, directory: result.directory,
      bytesTotal: result.bytesTotal, bytesRead: result.bytesRead,
      bytesWritten: result.bytesWritten, requests: result.requests, chunksRead: result.chunksRead, tier: tier,
      cache: cache, localChangesReverted: result.localChangesReverted, way: result.way.words, seconds: result.seconds)
  }
}

extension SyncResult.Way {
  fileprivate var words: String {
    switch self {
    case .unchanged: "unchanged"
    case .exchanged: "exchanged at once"
    case .oneByOne(let reason): "files replaced one by one (\(Printable.string(reason)))"
    case .inPlace: "patched in place"
    case .generation(let name): "generation \(Printable.string(name))"
    }
  }
}

extension Explanation {
  fileprivate init(_ file: FileExplanation) {
    let parts = [
      (file.new, "are new"), (file.patched, "come as patches"), (file.moved, "are copied from another place here"),
      (file.kept, "are kept"), (file.resumed, "were fetched before"),
    ]
    var reasons = parts.filter { $0.0.chunks > 0 }.map { "\($0.0.chunks) chunks (\($0.0.bytes) bytes) \($0.1)" }
    if file.revertsLocalChange { reasons.append("the file was changed here, which is put back") }
    if reasons.isEmpty { reasons = ["it has no bytes"] }
    self.init(
      path: "\(file.path)", bytes: parts.reduce(0) { $0 + $1.0.bytes }, reason: reasons.joined(separator: "; "))
  }
}
