internal import Catalog
internal import Primitives
internal import SnapshotFormat

/// How a directory is kept at the newest version.
public struct WatchOptions: Sendable {
  /// How each sync is done.
  public var sync = SyncOptions()
  /// So long after one look at the store comes the next.
  public var intervalSeconds = 5.0
  /// Is told of a look or a sync that failed for a reason that may pass; it is repeated after the interval.
  public var troubled: (@Sendable (EngineError) -> Void)?

  /// Every five seconds.
  public init() {}
}

extension SnapshotEngine {
  /// Keeps a directory at what `version` names — the newest, or a tag — until the task is cancelled or the engine
  /// stopped.
  ///
  /// A look at a collection whose head did not move costs one request. A tier that does not answer, and a directory
  /// that somebody else syncs, are waited for; every other failure ends the call. What the first sync brings is kept
  /// to: patterns (`options.sync.includes`) need not include anything of later versions.
  /// - Parameter synced: is told of the first sync, and of each change since.
  /// - Throws: always, in the end: `.interrupted` when it was asked to stop. `.usage` for a version by number, which
  /// never moves.
  public func watch(
    _ version: String, to directory: String, options: WatchOptions = WatchOptions(),
    synced: @escaping @Sendable (SyncedCopy) -> Void
  ) async throws(EngineError) -> Never {
    let reference = try Names.version(version)
    if case .number = reference.selector {
      throw EngineError(.usage, "\(reference) never moves", advice: "Watch the collection, or a tag")
    }
    guard options.intervalSeconds > 0, options.intervalSeconds <= 86_400 else {
      throw EngineError(.usage, "the interval must be above 0 and at most 86400 seconds")
    }
    _ = try options.sync.checked()
    let lockTimeout = configuration.lockTimeoutSeconds
    throw try await perform { call throws(EngineError) -> EngineError in
      var watch = Watch(reference, directory, options, lockTimeout)
      while true {
        do throws(EngineError) {
          if let copy = try watch.look(call) { synced(copy) }
        } catch {
          guard error.code == .tierTimeout || error.code == .locked, !call.deadline.hasPassed(on: clock) else {
            throw error
          }
          options.troubled?(error)
        }
        try call.rest(nanoseconds: UInt64(options.intervalSeconds * 1e9))
      }
    }
  }
}

/// What a watch remembers between two looks.
private struct Watch {
  private let reference: VersionReference
  private let directory: String
  private var options: WatchOptions
  private let lockTimeout: Double
  private var head: Head?
  /// The version the directory was brought to.
  private var row: VersionRow?

  init(_ reference: VersionReference, _ directory: String, _ options: WatchOptions, _ lockTimeout: Double) {
    self.reference = reference
    self.directory = directory
    self.options = options
    self.lockTimeout = lockTimeout
  }

  /// Nil when there is nothing new.
  mutating func look(_ call: EngineCall) throws(EngineError) -> SyncedCopy? {
    let line = HeadLine(call.catalog.origin, reference.collection)
    if let known = head {
      guard let newer = try call.catching({ () throws(CatalogError) in try line.newer(than: known) }) else {
        guard row == nil else { return nil }
        return try sync(call, known)
      }
      head = newer
      return try sync(call, newer)
    }
    let first = try call.head(of: reference.collection)
    head = first
    return try sync(call, first)
  }

  private mutating func sync(_ call: EngineCall, _ head: Head) throws(EngineError) -> SyncedCopy? {
    let wanted = try call.catching { () throws(CatalogError) in
      try HeadLine(call.catalog.origin, reference.collection).row(reference.selector, in: head)
    }
    guard wanted != row else { return nil }
    // Until it is done, it is not done: after a failure the next look tries again.
    row = nil
    let copy = try call.sync(
      Snapshot(reference.collection, wanted, in: head), wanted, reference.collection, to: directory, options.sync,
      lockTimeout)
    row = wanted
    options.sync.allowsEmptyPart = true
    return copy
  }
}
