package import Catalog
internal import ObjectTier
package import Primitives
package import SnapshotFormat

/// A version that is to be added to a collection, and on what it builds.
package struct VersionCommit: Sendable {
  package let collection: CollectionName
  package let kind: CollectionKind
  package let action: HeadAction
  package let message: String
  /// Names the new version, in the same head.
  package var tag: TagName?
  package var deadline: Deadline = .never
  /// The token of the lease it is made under, if it is.
  package var leaseToken: UInt64?

  package init(collection: CollectionName, kind: CollectionKind, action: HeadAction, message: String) {
    self.collection = collection
    self.kind = kind
    self.action = action
    self.message = message
  }

  /// What phase 1 is given.
  package struct Base {
    package let head: Head
    /// The version that chunks and patches are taken from; 0 when there is none.
    package let version: UInt64
    package let manifest: ManifestReader?
    package let intent: Intent
  }

  /// What phase 1 came to.
  package enum Prepared {
    /// There is nothing to commit.
    case unchanged
    case manifest(WrittenManifest, basis: Proposal.Basis, further: [HeadChange])
  }

  package enum Outcome: Sendable {
    case unchanged(Head)
    case committed(VersionRow, Head, WrittenManifest)
  }
}

extension SnapshotStore {
  /// Runs the two phases: prepare on the newest head, off every lock; then create the next head.
  ///
  /// - Parameter baseVersion: the version phase 1 builds on, out of the head; nil: on none.
  /// - Throws: `.catalog(.conflict)` and the like with nothing published; `.outcomeUnknown` when nobody knows.
  package func commit(
    _ commit: VersionCommit, baseVersion: (Head) throws(StoreError) -> UInt64?,
    local: any ChunkSource = NoChunkSource(),
    prepare: (VersionCommit.Base) throws(StoreError) -> VersionCommit.Prepared
  ) throws(StoreError) -> VersionCommit.Outcome {
    _ = try catching { () throws(CatalogError) in
      try CollectionRegistry(catalog, settings: settings).register(
        commit.collection, kind: commit.kind, deadline: commit.deadline)
    }
    let intents = Intents(catalog.origin, commit.collection, settings: settings)
    var announced: Intent?
    defer { if let announced { try? intents.withdraw(announced.identifier) } }
    var written: WrittenManifest?
    let transaction = CommitTransaction(catalog, commit.collection, settings: settings, deadline: commit.deadline)
    do throws(CommitFailure<StoreError>) {
      let outcome = try transaction.retrying { head throws(StoreError) in
        let version = try baseVersion(head)
        let manifest = try manifest(version, in: head, local)
        if let before = announced { try? intents.withdraw(before.identifier) }
        let intent = try announce(commit, on: head, intents)
        announced = intent
        let base = VersionCommit.Base(
          head: head, version: version ?? 0, manifest: manifest, intent: intent)
        guard case .manifest(let next, let basis, let further) = try prepare(base) else { return nil }
        written = next
        return proposal(commit, next, basis: basis, further: further, intent: intent, epoch: head.fences.gcEpoch)
      }
      guard case .committed(let committed) = outcome, let row = committed.row, let written else {
        return .unchanged(outcome.head)
      }
      return .committed(row, committed.head, written)
    } catch { throw StoreError(error, tier: catalog.origin) }
  }

  private func announce(_ commit: VersionCommit, on head: Head, _ intents: Intents) throws(StoreError) -> Intent {
    try catching { () throws(CatalogError) in
      try intents.announce(commit.action, on: head, deadline: commit.deadline)
    }
  }

  private func manifest(
    _ version: UInt64?, in head: Head, _ local: any ChunkSource
  ) throws(StoreError) -> ManifestReader? {
    guard let version, version > 0 else { return nil }
    let row = try catching { () throws(CatalogError) in
      try HeadLine(catalog.origin, head.collection).row(of: version, in: head)
    }
    let manifest = try manifest(row, local: local)
    try requireWritable(manifest)
    return manifest
  }

  /// Whoever builds upon a version asks this before anything is written for it (formats/preamble.md §1).
  package func requireWritable(_ manifest: ManifestReader) throws(StoreError) {
    guard let refusal = manifest.root.writers.refusal("manifest root") else { return }
    throw .damage(refusal, of: .manifest(manifest.name), in: tier.location)
  }

  private func proposal(
    _ commit: VersionCommit, _ manifest: WrittenManifest, basis: Proposal.Basis, further: [HeadChange],
    intent: Intent, epoch: UInt64
  ) -> Proposal {
    let version = NewVersion(manifest, message: commit.message)
    var changes: [HeadChange] = [commit.action == .compact ? .compact(version) : .create(version)]
    if let tag = commit.tag { changes.append(.tagNewest(tag)) }
    return Proposal(
      changes + further, basis: basis, intent: intent.identifier, intentEpoch: epoch, leaseToken: commit.leaseToken)
  }
}

extension NewVersion {
  package init(_ manifest: WrittenManifest, message: String) {
    self.init(
      root: SealedReference(
        name: manifest.name, byteCount: UInt32(manifest.byteCount), digest: manifest.digest),
      contentHash: manifest.contentHash, fileCount: manifest.root.totals.files,
      recordCount: manifest.root.totals.records, byteCount: manifest.root.totals.bytes, message: message)
  }
}
