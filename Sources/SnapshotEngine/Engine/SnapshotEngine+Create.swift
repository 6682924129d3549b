internal import Catalog
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// How a directory becomes a version.
public struct CreateOptions: Sendable {
  /// The version the directory builds on; nil: the one it was synced from, or the newest at the start. 0: there is none
  /// yet.
  public var expectedVersion: UInt64?
  /// A copy of the version to build on, where the directory itself is none; nil: the directory.
  public var baseDirectory: String?
  /// Stacks the directory on top of whatever is the newest, instead of a conflict.
  public var stacksOnNewest = false
  /// Names the new version.
  public var tag: String?
  /// What to say about it; at most 1,024 bytes.
  public var message = ""
  /// Records the owner and group of every file, directory and link, by number. They are no part of the content hash,
  /// but a difference: of owners alone, and also when only one of the two versions has them.
  public var recordsOwners = false
  /// Which part of the directory is taken.
  public var selection = TreeSelection()
  /// Whether the directory counts as a copy of the new version afterwards. When something was left out, only one that
  /// was a copy before does; with a selection, never.
  public var remembersVersion = true
  /// Is told how far it is.
  public var progress: ProgressHandler?
  /// Is told of each file whose bytes moved, and why.
  public var explain: (@Sendable (Explanation) -> Void)?

  /// Builds on what the directory was synced from, and takes everything.
  public init() {}
}

/// What `create` came to.
public struct CreatedSnapshot: Sendable, Equatable {
  /// The new version; or the one with the same content, when nothing changed.
  public let snapshot: Snapshot
  /// Whether nothing changed, and no version was made.
  public let isUnchanged: Bool
  /// The bytes of the directory's files.
  public let bytesTotal: UInt64
  /// Bytes of the chunks that the version before does not have.
  public let bytesChanged: UInt64
  /// Bytes that were put into the store, its manifest included.
  public let bytesStored: UInt64
  /// Chunks that were stored in full.
  public let chunksNew: UInt64
  /// Chunks that were stored as a patch.
  public let chunksPatched: UInt64
  /// How long it took.
  public let seconds: Double
  /// Whether the directory counts as a copy of the version now.
  public let isCopy: Bool
  /// Sockets, FIFOs and devices, which no snapshot can hold: the first 1,000 of them.
  public let skipped: [SkippedEntry]
  /// How many of them there are.
  public let skippedCount: Int
  /// Files that were gone when their turn came to be read, safe to print: the first 1,000 of them.
  public let vanished: [String]
  /// How many of them there are.
  public let vanishedCount: Int

  /// The version's number.
  public var version: UInt64 { snapshot.version }
}

/// An entry of a directory that no snapshot can hold.
public struct SkippedEntry: Sendable, Equatable {
  /// Its path within the directory, safe to print.
  public let path: String
  /// What it is: `fifo`, `socket` or `device`.
  public let kind: String

  init(_ skipped: TreeOmissions.Skipped) {
    path = "\(skipped.path)"
    kind = "\(skipped.kind)"
  }
}

extension SnapshotEngine {
  /// Makes a version of a directory.
  ///
  /// Only what the version before does not have is stored. Names, types, modes, link targets and bytes count, and
  /// owners when they are recorded; times do not. A file that changes while it is read is read again, as often as the
  /// configuration says; one that vanishes is left out.
  /// - Throws: `.usage` for a copy of a part of a version of the collection, `.conflict` when somebody else committed a
  /// version meanwhile, `.failed` when a file changed each time it was read. In all cases nothing is published.
  public func create(
    _ collection: String, from directory: String, options: CreateOptions = CreateOptions()
  ) async throws(EngineError) -> CreatedSnapshot {
    let name = try Names.collection(collection)
    var request = CreateRequest(
      collection: name, tree: try options.selection.tree(directory, configuration))
    if let tag = options.tag { request.tag = try Names.tag(tag) }
    request.message = options.message
    request.recordsOwners = options.recordsOwners
    let progress = ProgressCount("create", options.progress)
    request.explain = { file in
      progress?.add(bytes: file.byteCount, items: 1)
      if let reason = file.reason {
        options.explain?(Explanation(path: "\(file.path)", bytes: file.counts.byteCount, reason: reason))
      }
    }
    let trees = [directory] + (options.baseDirectory.map { [$0] } ?? [])
    return try await perform { [request, configuration] call throws(EngineError) in
      try call.wiring.directories.checkCreate(directory)
      return try SnapshotEngine.onTrees(trees, configuration) { () throws(EngineError) in
        try call.create(request, options)
      }
    }
  }
}

extension EngineCall {
  fileprivate func create(_ request: CreateRequest, _ options: CreateOptions) throws(EngineError) -> CreatedSnapshot {
    var request = request
    let store = wiring.identity.identifier
    let isGiven = options.stacksOnNewest || options.expectedVersion != nil
    let directory = try CopiedDirectory(
      request.tree.path, of: request.collection, in: store, isTree: true,
      isNeeded: !isGiven && options.baseDirectory == nil)
    let source =
      try options.baseDirectory.map { path throws(EngineError) in
        try CopiedDirectory(path, of: request.collection, in: store, isTree: false, isNeeded: !isGiven)
      } ?? directory
    if let base = options.baseDirectory, source.version == nil {
      let name = Printable.string(base)
      throw EngineError(.usage, "\(name) is no copy of a version of \(request.collection)", subject: name)
    }
    request.deadline = deadline
    request.expectation = expectation(options, source)
    request.basis = source.version
    request.baseFiles = options.baseDirectory == nil ? directory.originFiles : source.files
    let remembers = options.remembersVersion && options.selection.takesAll
    let statuses = remembers ? directory.statuses() : nil
    let result = try catching { [request] () throws(StoreError) in
      try self.store.create(request, local: source.pages)
    }
    if !result.isUnchanged { SupervisedProcess.noteResult() }
    // What a database was captured from may have other bytes than what was captured.
    let known = result.omissions.capturedCount == 0 ? statuses : nil
    let isCopy =
      remembers && (result.omissions.isEmpty || directory.version != nil)
      && directory.remember(result.row, in: self.store, statuses: known)
    return CreatedSnapshot(
      snapshot: Snapshot(request.collection, result.row, in: result.head), isUnchanged: result.isUnchanged,
      bytesTotal: result.statistics.bytesTotal, bytesChanged: result.statistics.bytesChanged,
      bytesStored: result.statistics.bytesStored, chunksNew: result.statistics.chunksNew,
      chunksPatched: result.statistics.chunksPatched, seconds: seconds, isCopy: isCopy,
      skipped: result.omissions.skipped.map(SkippedEntry.init),
      skippedCount: result.omissions.skippedCount, vanished: result.omissions.vanished.map { "\($0)" },
      vanishedCount: result.omissions.vanishedCount)
  }

  private func expectation(_ options: CreateOptions, _ source: CopiedDirectory) -> CreateRequest.Expectation {
    if options.stacksOnNewest { return .any }
    return (options.expectedVersion ?? source.version).map { .version($0) } ?? .newestAtStart
  }
}

extension FileOutcome {
  /// Why bytes of the file moved; nil when none did.
  fileprivate var reason: String? {
    var parts: [String] = []
    if counts.chunksPatched > 0 {
      parts.append(
        "\(counts.chunksPatched) chunks (\(counts.patchedByteCount) bytes) differ from the version before: patches of "
          + "\(counts.patchByteCount) bytes before compression")
    }
    if counts.chunksNew > 0 {
      parts.append("\(counts.chunksNew) chunks (\(counts.newByteCount) bytes) are like nothing before: stored in full")
    }
    guard !parts.isEmpty else { return nil }
    if counts.chunksFound > 0 {
      parts.append("\(counts.chunksFound) chunks (\(counts.foundByteCount) bytes) were found in another place")
    }
    if counts.chunksSame > 0 {
      parts.append("\(counts.chunksSame) chunks (\(counts.sameByteCount) bytes) are the same")
    }
    return parts.joined(separator: "; ")
  }
}
