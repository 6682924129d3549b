internal import Catalog
package import Primitives
package import SnapshotFormat

/// A directory that is to become a version.
package struct CreateRequest: Sendable {
  /// On which version the directory builds.
  package enum Expectation: Sendable, Equatable {
    /// It never was a copy: whatever is the newest at the start.
    case newestAtStart
    /// It was synced from this one, or its user says so. 0: there must be no version yet.
    case version(UInt64)
    /// Stack it on top of whatever is the newest at the end.
    case any
  }

  package let collection: CollectionName
  package var tree: TreeInput
  package var expectation: Expectation = .newestAtStart
  /// The version that chunks and patches are taken from with `.any`; nil: the newest.
  package var basis: UInt64?
  package var message = ""
  package var tag: TagName?
  package var deadline: Deadline = .never
  /// Whether the owners of files, directories and links are recorded, by number.
  package var recordsOwners = false
  /// Where the files of the version built upon may lie.
  package var baseFiles: (any BaseFiles)?
  /// Is told of every file when it is done.
  package var explain: (@Sendable (FileOutcome) -> Void)?

  package init(collection: CollectionName, tree: TreeInput) {
    self.collection = collection
    self.tree = tree
  }
}

/// What `create` came to.
package struct CreateResult: Sendable {
  /// The row of the new version, or of the version that has the same content.
  package let row: VersionRow
  /// The head that shows it.
  package let head: Head
  package let isUnchanged: Bool
  package let statistics: WriteStatistics
  package let omissions: TreeOmissions
}

extension SnapshotStore {
  /// Snapshots a directory.
  ///
  /// - Parameter local: where chunks of the base may be had without reading the store.
  /// - Returns: the new version; or the version built upon, when names, types, modes, link targets and bytes are the
  ///   same, and owners too: recorded in both and equal, or in neither.
  /// - Throws: `.catalog(.conflict)` when another version came meanwhile and has other content; nothing is published
  ///   then.
  package func create(
    _ request: CreateRequest, local: any ChunkSource = NoChunkSource()
  ) throws(StoreError) -> CreateResult {
    do throws(StoreError) {
      return try createOnBase(request, local)
    } catch {
      guard case .catalog(.conflict(let conflict)) = error, let newest = conflict.head.newestRow else { throw error }
      // A run that was killed after its commit landed comes back here: what it wanted is there already.
      guard let content = try content(of: request, ifSameAs: newest) else { throw error }
      var statistics = WriteStatistics()
      statistics.bytesTotal = content.byteCount
      return CreateResult(
        row: newest, head: conflict.head, isUnchanged: true, statistics: statistics, omissions: content.omissions)
    }
  }

  /// What the directory has, when it is what a version has, owners and all.
  private func content(
    of request: CreateRequest, ifSameAs row: VersionRow
  ) throws(StoreError) -> TreeHash.Result? {
    var owners = try OwnerStream(try manifest(row))
    var hasSameOwners = (owners != nil) == request.recordsOwners
    guard hasSameOwners else { return nil }
    let content = try TreeHash.hash(request.tree, jobs: limits.jobs) { owner throws(StoreError) in
      if owners != nil, try owners?.next() != owner { hasSameOwners = false }
    }
    return hasSameOwners && content.contentHash == row.contentHash ? content : nil
  }

  private func createOnBase(
    _ request: CreateRequest, _ local: any ChunkSource
  ) throws(StoreError) -> CreateResult {
    var commit = VersionCommit(
      collection: request.collection, kind: .tree, action: .create, message: request.message)
    commit.tag = request.tag
    commit.deadline = request.deadline
    var statistics = WriteStatistics()
    var omissions = TreeOmissions()
    var start: UInt64?
    let outcome = try self.commit(
      commit,
      baseVersion: { head throws(StoreError) in
        if start == nil { start = head.newestVersion }
        return try baseVersion(request, head, start: start ?? 0)
      }, local: local
    ) { base throws(StoreError) in
      var context = context(base.intent)
      context.baseFiles = request.baseFiles
      let writer = try SnapshotWriter(
        context, base: base.manifest, recordsOwners: request.recordsOwners, explain: request.explain)
      omissions = try writer.add(request.tree)
      let contentHash = try writer.finishTree()
      statistics = writer.statistics
      if base.manifest?.root.totals.contentHash == contentHash, try writer.hasOwnersOfBase() { return .unchanged }
      let manifest = try writer.finish(description(request, base))
      statistics = manifest.statistics
      return .manifest(manifest, basis: basis(request, start: start ?? 0), further: [])
    }
    switch outcome {
    case .committed(let row, let head, _):
      return CreateResult(row: row, head: head, isUnchanged: false, statistics: statistics, omissions: omissions)
    case .unchanged(let head):
      let version = try baseVersion(request, head, start: start ?? 0)
      let row = try catching { () throws(CatalogError) in
        try HeadLine(catalog.origin, request.collection).row(of: version, in: head)
      }
      return CreateResult(row: row, head: head, isUnchanged: true, statistics: statistics, omissions: omissions)
    }
  }

  private func baseVersion(_ request: CreateRequest, _ head: Head, start: UInt64) throws(StoreError) -> UInt64 {
    let expected: UInt64
    switch request.expectation {
    case .any: return request.basis ?? head.newestVersion
    case .newestAtStart: expected = start
    case .version(let version): expected = version
    }
    guard head.newestVersion == expected else {
      throw .catalog(.conflict(Conflict(collection: request.collection, expected: expected, head: head)))
    }
    return expected
  }

  private func basis(_ request: CreateRequest, start: UInt64) -> Proposal.Basis {
    switch request.expectation {
    case .any: .anyVersion
    case .newestAtStart: .version(start)
    case .version(let version): .version(version)
    }
  }

  private func description(_ request: CreateRequest, _ base: VersionCommit.Base) -> SnapshotWriter.Description {
    SnapshotWriter.Description(
      collection: request.collection, version: base.head.newestVersion + 1, message: request.message,
      parent: base.parent)
  }

  /// What a writer works with under `intent`.
  package func context(_ intent: Intent) -> SnapshotWriter.Context {
    SnapshotWriter.Context(
      tier: tier, limits: limits, intent: intent.identifier, random: settings.random,
      created: settings.wallClock.now())
  }
}

extension VersionCommit.Base {
  /// The version built upon, as a root records it.
  package var parent: ManifestRoot.Parent? {
    manifest.map { ManifestRoot.Parent(version: version, name: $0.name, digest: $0.digest) }
  }
}
