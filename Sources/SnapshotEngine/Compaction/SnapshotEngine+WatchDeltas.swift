internal import Primitives
internal import SnapshotStore
internal import VectorCollections

extension SnapshotEngine {
  /// Compacts whatever is appended to a collection, until the task is cancelled or the engine stopped.
  ///
  /// ```swift
  /// try await engine.watch(compacting: "words") { event in
  ///   if case .compacted(let compacted) = event { print(compacted.snapshot?.name ?? "") }
  /// }
  /// ```
  /// A look where nothing is new takes no lease and costs a few small requests. The catalog is open for the small write
  /// at the end of a compaction only: others append, create and read meanwhile. A tier that fails, does not answer or
  /// is full, others that commit first, and another holder of the lease are told and waited for; every other failure
  /// ends the call. When it is stopped, a compaction under way is given up or committed, never half.
  /// - Parameter happened: is told what happens, in order; last of all the counts.
  /// - Throws: always, in the end: `.interrupted` when it was asked to stop. `.notFound` when there is no such
  /// collection.
  public func watch(
    compacting collection: String, options: CompactionWatchOptions = CompactionWatchOptions(),
    happened: @escaping @Sendable (CompactionEvent) -> Void
  ) async throws(EngineError) -> Never {
    let name = try Names.collection(collection)
    if let defect = options.defect { throw EngineError(.usage, defect) }
    throw try await perform { call throws(EngineError) -> EngineError in
      let service = CompactionService(call, name, options, happened)
      var watch = CompactionWatch(options.intervals, random: random, now: clock.nanoseconds())
      do throws(EngineError) {
        try service.run(&watch)
      } catch {
        happened(.measured(CompactionCounts(watch.metrics, seconds: call.seconds)))
        return call.isStopped ? EngineError(.interrupted, "stopped") : error
      }
    }
  }
}

/// Does what a watch decides.
private struct CompactionService {
  private let call: EngineCall
  private let collection: CollectionName
  private let options: CompactionWatchOptions
  private let happened: @Sendable (CompactionEvent) -> Void
  private let vectors: VectorStore

  init(
    _ call: EngineCall, _ collection: CollectionName, _ options: CompactionWatchOptions,
    _ happened: @escaping @Sendable (CompactionEvent) -> Void
  ) {
    self.call = call
    self.collection = collection
    self.options = options
    self.happened = happened
    vectors = call.vectors(collection, leaseTimeoutSeconds: options.lockSeconds)
  }

  func run(_ watch: inout CompactionWatch) throws(EngineError) -> Never {
    var probe = DeltaProbe(vectors)
    var told: [DeltaDescription] = []
    while true {
      let action = watch.next(now: clock.nanoseconds())
      if case .rest(let nanoseconds) = action { try call.rest(nanoseconds: nanoseconds) }
      do throws(StoreError) {
        switch action {
        case .look: watch.looked(isWaiting: try probe.isWaiting(), now: clock.nanoseconds())
        case .compact: try compact(&watch, &told)
        case .report: happened(.measured(CompactionCounts(watch.metrics, seconds: call.seconds)))
        case .rest: break
        }
      } catch {
        guard call.isUnderWay, let trouble = CompactionWatch.Trouble(error) else { throw EngineError(error) }
        happened(.troubled(EngineError(error)))
        watch.failed(trouble, now: clock.nanoseconds())
      }
    }
  }

  /// - Parameter told: what goes on waiting, as it was told last: not at each look again.
  private func compact(_ watch: inout CompactionWatch, _ told: inout [DeltaDescription]) throws(StoreError) {
    let started = call.seconds
    let result = try vectors.compact(
      deltaCountMax: options.deltaCountMax, message: options.message, deadline: call.deadline)
    watch.compacted(CompactionMetrics(result), leavesMore: result.leavesDeltas, now: clock.nanoseconds())
    let snapshot = result.row.map { Snapshot(collection, $0, in: result.head) }
    let compacted = Compacted(result, snapshot, collection, seconds: call.seconds - started)
    let held = compacted.held.map { $0.withoutReason }
    defer { told = held }
    guard !compacted.isUnchanged || !compacted.quarantined.isEmpty || held != told else { return }
    happened(.compacted(compacted))
  }
}

extension CompactionWatchOptions {
  fileprivate var defect: String? {
    if let deltaCountMax, deltaCountMax < 1 { return "at least one delta has to be allowed" }
    let seconds = [intervalSeconds, metricsSeconds, lockSeconds]
    if seconds.contains(where: { !($0 > 0 && $0 <= 86_400) }) {
      return "intervals must be above 0 and at most 86400 seconds"
    }
    return nil
  }

  fileprivate var intervals: CompactionWatch.Intervals {
    var intervals = CompactionWatch.Intervals()
    intervals.idleMost = UInt64(intervalSeconds * 1e9)
    intervals.troubleMost = intervals.idleMost * 12
    intervals.report = UInt64(metricsSeconds * 1e9)
    return intervals
  }
}
