internal import Catalog
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore
internal import SnapshotSync

/// One path that is not the same in two versions.
public struct Difference: Sendable, Equatable {
  /// What became of it.
  public enum Change: String, Sendable {
    /// Only the second has it.
    case added
    /// Only the first has it.
    case removed
    /// Its bytes, its type, or its link's target.
    case changed
    /// Its mode alone.
    case mode
  }

  /// The path in the snapshot, safe to print.
  public let path: String
  /// What became of it.
  public let change: Change
  /// Its bytes in the first; 0 where it is not.
  public let oldBytes: UInt64
  /// Its bytes in the second; 0 where it is not.
  public let newBytes: UInt64
  /// Chunks of the second that the first does not have at their place.
  public let chunksChanged: Int
}

extension SnapshotEngine {
  /// What changed from one version to another, in order of path.
  ///
  /// Pages that both have are not read.
  /// - Returns: how many paths differ.
  /// - Throws: `.notFound` for a version that is not there, `.damaged` for one that does not verify.
  public func diff(
    from old: String, to new: String, found: @escaping @Sendable (Difference) -> Void
  ) async throws(EngineError) -> Int {
    let (old, new) = (try Names.version(old), try Names.version(new))
    return try await perform { call throws(EngineError) in
      let (before, after) = (try call.row(old).row, try call.row(new).row)
      guard before.contentHash != after.contentHash else { return 0 }
      let manifests = try call.catching { () throws(StoreError) in
        try call.store.manifests(before, after)
      }
      var count = 0
      try EngineError.catching { () throws(SyncError) in
        try ManifestDifference(from: manifests.0, to: manifests.1).forEach { difference in
          count += 1
          found(Difference(difference))
        }
      }
      return count
    }
  }

  /// What changed from a version to a directory, in order of path. Every file is read; writes nothing.
  ///
  /// A directory that is a copy of a part of a version of the collection is compared with that part of this one.
  /// - Parameter part: is told its patterns then.
  /// - Returns: how many paths differ.
  /// - Throws: `.notFound` for a version or directory that is not there.
  public func diff(
    from version: String, toDirectory directory: String, part: (@Sendable ([String]) -> Void)? = nil,
    found: @escaping @Sendable (Difference) -> Void
  ) async throws(EngineError) -> Int {
    let reference = try Names.version(version)
    let jobs = configuration.jobs
    return try await perform { call throws(EngineError) in
      let row = try call.row(reference).row
      let copied = try call.content(row, of: reference.collection, asIn: directory)
      if let patterns = copied?.patterns { part?(patterns.patterns) }
      let content: VersionContent
      if let copied {
        content = copied
      } else {
        content = .whole(try call.catching { () throws(StoreError) in try call.store.manifest(row) })
      }
      return try call.onTrees(directory) { () throws(EngineError) in
        try EngineError.catching(in: directory) { () throws(SyncError) in
          let comparison = try DirectoryComparison(directory: directory, jobs: jobs, control: call.control)
          return Int(try comparison.compare(with: content) { found(Difference($0)) })
        }
      }
    }
  }
}

extension Difference {
  init(_ difference: TreeDifference) {
    path = "\(difference.path)"
    change =
      switch difference.change {
      case .added: .added
      case .removed: .removed
      case .mode: .mode
      case .content, .kind, .target: .changed
      }
    oldBytes = difference.oldBytes
    newBytes = difference.newBytes
    chunksChanged = difference.chunksChanged
  }
}
