internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore
internal import SnapshotSync

extension SnapshotEngine {
  /// Checks every file of a local copy against what it remembers of its version. Needs no store, and changes nothing.
  ///
  /// - Parameters:
  ///   - part: is told the patterns of a copy of a part; what they do not include is not looked for.
  ///   - found: is told of each entry that is not as the version has it.
  /// - Throws: `.notFound` for a directory that is not there, `.failed` for one that is no copy.
  public static func verify(
    copy directory: String, configuration: EngineConfiguration = EngineConfiguration(),
    part: (@Sendable ([String]) -> Void)? = nil,
    found: @escaping @Sendable (DamagedObject) -> Void
  ) async throws(EngineError) -> Verified {
    try await BlockingCalls(countMax: 1).run(stop: StopSignal()) { () throws(EngineError) in
      try onTrees([directory], configuration) { () throws(EngineError) in
        let copy = try localCopy(directory)
        if let patterns = copy.content.patterns { part?(patterns.patterns) }
        return try verify(copy, in: directory, jobs: configuration.jobs, found)
      }
    }
  }

  private static func verify(
    _ copy: LocalCopy, in directory: String, jobs: Int, _ found: (DamagedObject) -> Void
  ) throws(EngineError) -> Verified {
    let started = clock.nanoseconds()
    let (name, totals) = ("\(copy.state.collection)@\(copy.state.version.number)", copy.content.totals)
    let tree = copy.state.tree.map { "\(directory)/\($0)" } ?? directory
    let damaged = try EngineError.catching(in: directory) { () throws(SyncError) in
      let comparison = try DirectoryComparison(directory: tree, jobs: jobs, control: SyncControl(clock: clock))
      return try comparison.compare(with: copy.content) { difference in
        found(DamagedObject(Difference(difference), in: tree, of: name))
      }
    }
    return Verified(
      level: "full", objects: totals.entries, chunks: totals.chunks, bytes: totals.bytes, damaged: damaged, healed: 0,
      seconds: Double(clock.nanoseconds() - started) / 1e9)
  }

  private static func localCopy(_ directory: String) throws(EngineError) -> LocalCopy {
    let name = Printable.string(directory)
    do throws(SyncError) {
      switch try LocalCopy.load(path: directory) {
      case .copy(let copy): return copy
      case .never: throw SyncError.notACopy(directory: directory, reason: "it has no .snapctl/state")
      case .unreadable(let reason): throw SyncError.notACopy(directory: directory, reason: reason)
      }
    } catch {
      guard case .notACopy(_, let reason) = error else { throw EngineError(error, directory: directory) }
      throw EngineError(.failed, "\(name) is no copy of a version: \(Printable.string(reason))", subject: name)
    }
  }
}

extension DamagedObject {
  /// An entry of a copy that is not as its version has it.
  fileprivate init(_ difference: Difference, in directory: String, of version: String) {
    tier = Printable.string(directory)
    object = difference.path
    kind = difference.change == .removed ? "missing" : "damaged"
    chunk = nil
    offset = nil
    files = [difference.path]
    collections = [version]
    reason =
      switch difference.change {
      case .added: "the version has nothing there"
      case .removed: "it is not there"
      case .changed: "its type, bytes or target are not those of the version"
      case .mode: "its mode is not that of the version"
      }
  }
}
