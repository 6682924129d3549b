internal import Catalog
public import Primitives
internal import SnapshotFormat
internal import SnapshotStore
internal import SnapshotSync

/// The identity of a directory's content.
public struct HashedDirectory: Sendable, Equatable {
  /// The identity of names, types, modes, link targets and bytes.
  public let contentHash: Digest
  /// How many files it has.
  public let files: UInt64
  /// Their bytes.
  public let bytes: UInt64

  init(_ result: TreeHash.Result) {
    contentHash = result.contentHash
    files = result.fileCount
    bytes = result.byteCount
  }
}

/// Whether a directory has the content of a version.
public struct DirectoryStatus: Sendable, Equatable {
  /// The version that was compared.
  public let snapshot: Snapshot
  /// The patterns of what was compared of it, where the directory is a copy of a part; nil: everything.
  public let includes: [String]?
  /// What the directory has.
  public let directory: HashedDirectory
  /// The identity of what it would have as a copy.
  public let expected: Digest

  /// Whether names, types, modes, link targets and bytes are the same.
  public var isSame: Bool { expected == directory.contentHash }
}

extension SnapshotEngine {
  /// The content hash of a directory; needs no store. The same for the same content, whatever `jobs` is.
  ///
  /// - Throws: `.failed` when a file changes each time it is read.
  public static func hash(
    _ directory: String, selection: TreeSelection = TreeSelection(),
    configuration: EngineConfiguration = EngineConfiguration()
  ) async throws(EngineError) -> HashedDirectory {
    let tree = try selection.tree(directory, configuration)
    return try await BlockingCalls(countMax: 1).run(stop: StopSignal()) { () throws(EngineError) in
      try onTrees([directory], configuration) { () throws(EngineError) in
        do throws(StoreError) {
          return HashedDirectory(try TreeHash.hash(tree, jobs: configuration.jobs))
        } catch {
          throw EngineError(error)
        }
      }
    }
  }

  /// Whether a directory has the content of a version. Writes nothing.
  ///
  /// A directory that is a copy of a part of a version of the collection is compared with that part of this one.
  /// - Throws: `.notFound` when there is no such version.
  public func status(
    of directory: String, comparedTo version: String, selection: TreeSelection = TreeSelection()
  ) async throws(EngineError) -> DirectoryStatus {
    let reference = try Names.version(version)
    let tree = try selection.tree(directory, configuration)
    let jobs = configuration.jobs
    return try await perform { call throws(EngineError) in
      let (head, row) = try call.row(reference)
      let content = try call.content(row, of: reference.collection, asIn: directory)
      let hash = try call.onTrees(directory) { () throws(EngineError) in
        try call.catching { () throws(StoreError) in try TreeHash.hash(tree, jobs: jobs) }
      }
      return DirectoryStatus(
        snapshot: Snapshot(reference.collection, row, in: head), includes: content?.patterns?.patterns,
        directory: HashedDirectory(hash), expected: content?.contentHash ?? row.contentHash)
    }
  }
}
