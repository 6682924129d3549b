package import Catalog
package import ObjectTier
package import Primitives
package import SnapshotFormat

/// A store: its tiers, its heads, and how versions are read from and written to it.
///
/// - Heads and deltas are read from the origin only; packs, roots and pages through the cache, where there is one.
/// - Nothing is published but by `CommitTransaction`.
package final class SnapshotStore: Sendable {
  package let identity: StoreIdentity
  /// The origin, behind the cache where there is one.
  package let tier: any ObjectTier
  package let catalog: any Catalog
  package let limits: StoreLimits
  package let settings: CommitSettings

  package init(
    identity: StoreIdentity, tier: any ObjectTier, catalog: any Catalog, limits: StoreLimits, settings: CommitSettings
  ) {
    self.identity = identity
    self.tier = tier
    self.catalog = catalog
    self.limits = limits
    self.settings = settings
  }

  /// The head of a collection that must be there.
  ///
  /// - Parameter hint: a revision near the newest; any number will do.
  package func head(of collection: CollectionName, hint: UInt64 = 0) throws(StoreError) -> Head {
    try catching { () throws(CatalogError) in try catalog.existingHead(of: collection, hint: hint) }
  }

  /// The row that a name such as `words@12` means.
  package func row(_ reference: VersionReference) throws(StoreError) -> VersionRow {
    let head = try head(of: reference.collection)
    return try catching { () throws(CatalogError) in
      try HeadLine(catalog.origin, reference.collection).row(reference.selector, in: head)
    }
  }

  /// The manifest that a row names.
  ///
  /// - Parameter local: where chunks and pages may be had without reading the store.
  /// - Throws: `.damage` when the root is missing or does not verify.
  package func manifest(
    _ row: VersionRow, local: any ChunkSource = NoChunkSource()
  ) throws(StoreError) -> ManifestReader {
    let frames = FrameSource(tier: tier, cacheByteCountMax: limits.frameCacheByteCount)
    return try manifest(row, tier: tier, frames: frames, local: local)
  }

  /// Two manifests that share what they read: pages of one may be patches on pages of the other.
  package func manifests(_ one: VersionRow, _ other: VersionRow) throws(StoreError) -> (ManifestReader, ManifestReader)
  {
    let frames = FrameSource(tier: tier, cacheByteCountMax: limits.frameCacheByteCount)
    return (try manifest(one, tier: tier, frames: frames), try manifest(other, tier: tier, frames: frames))
  }

  /// The manifest that a row names, read from a tier of the caller's choice.
  package func manifest(
    _ row: VersionRow, tier: any ObjectTier, frames: FrameSource, local: any ChunkSource = NoChunkSource()
  ) throws(StoreError) -> ManifestReader {
    let root = try root(row.root, tier)
    return try ManifestReader(
      root: root, name: row.root.name, digest: row.root.digest, chunks: ChunkReader(frames: frames, local: local))
  }

  /// The root that `reference` names. One that does not verify is read once more in any case: a cache has set its own
  /// aside, or the bytes came to harm on their way.
  private func root(_ reference: SealedReference, _ tier: any ObjectTier) throws(StoreError) -> ManifestRoot {
    do throws(StoreError) {
      return try readRoot(reference, tier)
    } catch {
      guard case .damage = error else { throw error }
      _ = tier.invalidate(.manifest(reference.name))
      return try readRoot(reference, tier)
    }
  }

  private func readRoot(_ reference: SealedReference, _ tier: any ObjectTier) throws(StoreError) -> ManifestRoot {
    let key = ObjectKey.manifest(reference.name)
    let bytes: [UInt8]
    do throws(TierError) {
      bytes = try tier.read(key, limit: Limits.rootByteCount)
    } catch {
      throw StoreError(error, tier: tier)
    }
    do throws(FormatError) {
      return try ManifestRoot.decode(bytes.rawSpan, named: reference.name, expected: reference.digest)
    } catch {
      throw .damage(error, of: key, in: tier.location)
    }
  }

  package func catching<Value>(_ body: () throws(CatalogError) -> Value) throws(StoreError) -> Value {
    do throws(CatalogError) {
      return try body()
    } catch {
      throw StoreError(error, tier: catalog.origin)
    }
  }
}

extension StoreError {
  /// A head that does not verify is damage like any other.
  package init(_ error: CatalogError, tier: any ObjectTier) {
    switch error {
    case .damaged(let key, let format): self = .damage(format, of: key, in: tier.location)
    case .tier(let error): self = .tier(error)
    default: self = .catalog(error)
    }
  }

  package init(_ failure: CommitFailure<StoreError>, tier: any ObjectTier) {
    switch failure {
    case .catalog(let error): self.init(error, tier: tier)
    case .preparing(let error): self = error
    }
  }
}
