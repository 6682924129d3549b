internal import Primitives
internal import SnapshotStore
internal import SnapshotSync

/// What a fork came to.
public struct ForkedCopy: Sendable, Equatable {
  /// The collection that the copy, and now the fork, was synced from.
  public let collection: String
  /// Its version.
  public let version: UInt64
  /// The patterns of what both have of it; nil: everything.
  public let includes: [String]?
  /// The new directory, as it was given.
  public let directory: String
  /// How many files it has.
  public let files: UInt64
  /// Their bytes.
  public let bytesTotal: UInt64
  /// Bytes whose blocks both directories have; none where the file system cannot share them.
  public let bytesShared: UInt64
  /// Bytes that were copied.
  public let bytesCopied: UInt64
  /// In how many places the copy is not as its version has it. The fork is like the copy.
  public let localChanges: Int
  /// Sockets, FIFOs and devices, which no copy can hold: the first 1,000 of them.
  public let skipped: [SkippedEntry]
  /// How many of them there are.
  public let skippedCount: Int
  /// How long it took.
  public let seconds: Double
}

extension SnapshotEngine {
  /// Makes a second copy of a local copy, to be written to. Needs no store, and changes nothing of the copy.
  ///
  /// The new directory appears when it is whole and durable. It remembers the version, so that `create` from it builds
  /// on that version and stores what differs. Blocks are shared where the file system can (FICLONE).
  /// - Throws: `.failed` when `copy` is no copy or there is something in `directory`, `.noSpace` before the first byte.
  public static func fork(
    copy: String, to directory: String, configuration: EngineConfiguration = EngineConfiguration(),
    progress: ProgressHandler? = nil
  ) async throws(EngineError) -> ForkedCopy {
    try await local(configuration) { control throws(EngineError) in
      let started = clock.nanoseconds()
      let fork = CopyFork(
        random: random, control: control.telling(progress),
        lockDeadline: Deadline(seconds: configuration.lockTimeoutSeconds, from: clock), jobs: configuration.jobs)
      let result = try onTrees([copy, directory], configuration) { () throws(EngineError) in
        try copying(copy) { () throws(SyncError) in try fork.fork(copy, to: directory) }
      }
      return ForkedCopy(
        collection: result.collection.string, version: result.version, includes: result.patterns?.patterns,
        directory: result.directory,
        files: result.files, bytesTotal: result.bytesTotal, bytesShared: result.bytesShared,
        bytesCopied: result.bytesCopied, localChanges: result.localChanges,
        skipped: result.omissions.skipped.map(SkippedEntry.init), skippedCount: result.omissions.skippedCount,
        seconds: Double(clock.nanoseconds() - started) / 1e9)
    }
  }

  /// Runs what needs no store on a thread of its own, until the task is cancelled or the deadline passes.
  static func local<Value: Sendable>(
    _ configuration: EngineConfiguration, _ body: @escaping @Sendable (SyncControl) throws(EngineError) -> Value
  ) async throws(EngineError) -> Value {
    if let defect = configuration.defect { throw EngineError(.usage, defect) }
    let stop = StopSignal()
    return try await BlockingCalls(countMax: 1).run(stop: stop) { () throws(EngineError) in
      var control = SyncControl(clock: clock)
      control.isCancelled = { stop.stops }
      if let seconds = configuration.deadlineSeconds { control.deadline = Deadline(seconds: seconds, from: clock) }
      return try body(control)
    }
  }

  /// Names a directory that is no copy as such, without the advice of `sync`.
  static func copying<Value>(
    _ directory: String, _ body: () throws(SyncError) -> Value
  ) throws(EngineError) -> Value {
    do throws(SyncError) {
      return try body()
    } catch {
      guard case .notACopy(_, let reason) = error else { throw EngineError(error, directory: directory) }
      let name = Printable.string(directory)
      throw EngineError(.failed, "\(name) is no copy of a version: \(Printable.string(reason))", subject: name)
    }
  }
}
