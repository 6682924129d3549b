internal import Catalog
internal import Logging
internal import ObjectTier
internal import Primitives
internal import S3Tier
internal import SnapshotFormat
internal import SnapshotStore

/// One call of the engine: its store, its deadline, and whether it is to stop.
final class EngineCall: Sendable {
  let wiring: StoreWiring
  let configuration: EngineConfiguration
  let store: SnapshotStore
  /// What orders commits, for as long as this call may take.
  let catalog: any Catalog
  let stop: StopSignal
  let deadline: Deadline
  private let stopAll: StopSignal
  private let moved: (@Sendable (Int) -> Void)?
  private let started = clock.nanoseconds()
  private let originBefore: TierCounters
  private let cacheBefore: TierCounters
  private let cachingBefore: CacheCounters
  private let sentBefore: S3Counters?

  init(
    _ wiring: StoreWiring, _ configuration: EngineConfiguration, stop: StopSignal, stopAll: StopSignal,
    moved: (@Sendable (Int) -> Void)?
  ) {
    self.wiring = wiring
    self.configuration = configuration
    self.stop = stop
    self.stopAll = stopAll
    self.moved = moved
    deadline = configuration.deadlineSeconds.map { Deadline(seconds: $0, from: clock) } ?? .never
    originBefore = wiring.origin.counters
    cacheBefore = wiring.cache?.counters ?? TierCounters()
    cachingBefore = wiring.cached?.counters ?? CacheCounters()
    sentBefore = wiring.bucket?.counters
    let tier = GuardedTier(
      wiring.tier.bounded(by: deadline), stops: [stop, stopAll], deadline: deadline, clock: clock, moved: moved)
    catalog = wiring.catalog.bounded(by: deadline)
    store = SnapshotStore(
      identity: wiring.identity, tier: tier, catalog: catalog, limits: StoreLimits(configuration),
      settings: wiring.settings)
  }

  /// A tier of the store by itself, stopped and counted like the store's own.
  func watched(_ tier: any ObjectTier) -> any ObjectTier {
    GuardedTier(tier.bounded(by: deadline), stops: [stop, stopAll], deadline: deadline, clock: clock, moved: moved)
  }

  var isStopped: Bool { stop.stops || stopAll.stops }

  /// Whether waiting for something makes sense.
  var isUnderWay: Bool { !isStopped && !deadline.hasPassed(on: clock) }

  /// Seconds since the call began.
  var seconds: Double { Double(clock.nanoseconds() - started) / 1e9 }

  /// What the origin and the cache served since the call began.
  var traffic: (origin: TierCounters, cache: TierCounters) {
    (wiring.origin.counters - originBefore, (wiring.cache?.counters ?? TierCounters()) - cacheBefore)
  }

  /// What the cache spared since the call began, and how it was.
  var caching: CacheCounters { (wiring.cached?.counters ?? CacheCounters()) - cachingBefore }

  /// Adds to what is counted on this host.
  func countCaching() {
    if let cached = wiring.cached { wiring.ledger.add { cached.counters } }
  }

  /// What the call cost, for the log. Of S3 also what was sent for that, by kind, and how much of it again.
  var measures: Logger.Metadata {
    let (origin, cache) = traffic
    let caching = caching
    var measures: Logger.Metadata = [
      "seconds": "\(seconds)", "originRequests": "\(origin.requests)", "originBytesRead": "\(origin.bytesRead)",
      "originBytesWritten": "\(origin.bytesWritten)", "cacheRequests": "\(cache.requests)",
      "cacheBytesRead": "\(cache.bytesRead)", "cacheFailures": "\(cache.failures)", "cacheHits": "\(caching.hits)",
      "cacheMisses": "\(caching.misses)", "cacheBytesWritten": "\(caching.filledBytes)",
      "cacheAwaited": "\(caching.awaited)", "cacheDamaged": "\(caching.damaged)", "cacheRefused": "\(caching.refused)",
    ]
    if caching.failures > 0 { measures["cacheLastFailure"] = "\(caching.lastFailure ?? "")" }
    if let bucket = wiring.bucket, let sentBefore {
      let sent = bucket.counters - sentBefore
      measures["originSent"] = "\(sent.requestsByKind)"
      measures["originRetries"] = "\(sent.retries)"
    }
    return measures
  }

  /// Works on directories of this call: see `SnapshotEngine.onTrees`.
  func onTrees<Value>(
    _ paths: String..., do body: () throws(EngineError) -> Value
  ) throws(EngineError) -> Value {
    try SnapshotEngine.onTrees(paths, configuration, body)
  }

  /// Runs `body`, and gives what it throws as the façade does.
  func catching<Value>(_ body: () throws(StoreError) -> Value) throws(EngineError) -> Value {
    do throws(StoreError) { return try body() } catch { throw EngineError(error) }
  }

  func catching<Value>(_ body: () throws(CatalogError) -> Value) throws(EngineError) -> Value {
    do throws(CatalogError) { return try body() } catch { throw EngineError(error) }
  }

  /// The head of a collection that must be there.
  /// - Parameter hint: a version that is there; 0: none is known. Each has come with a revision of its own, and the
  ///   line began with one before the first.
  func head(of collection: CollectionName, hint: UInt64 = 0) throws(EngineError) -> Head {
    let revision = hint == 0 || hint == .max ? hint : hint + 1
    return try catching { () throws(StoreError) in try store.head(of: collection, hint: revision) }
  }

  /// The head and the row that a name means.
  ///
  /// - Parameter hint: a version that is there.
  func row(_ reference: VersionReference, hint: UInt64 = 0) throws(EngineError) -> (head: Head, row: VersionRow) {
    var hint = hint
    if case .number(let version) = reference.selector { hint = max(hint, version) }
    let head = try head(of: reference.collection, hint: hint)
    let row = try catching { () throws(CatalogError) in
      try HeadLine(catalog.origin, reference.collection).row(reference.selector, in: head)
    }
    return (head, row)
  }
}

extension StoreLimits {
  init(_ configuration: EngineConfiguration) {
    self.init()
    jobs = configuration.jobs
    windowByteCount = configuration.windowByteCount
    frameCacheByteCount = configuration.frameCacheByteCount
    packByteCount = configuration.packByteCount
    requestByteCount = configuration.requestByteCount
  }
}
