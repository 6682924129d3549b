internal import Catalog
internal import ObjectTier
internal import Primitives
package import SnapshotFormat

extension Verifier {
  /// Root, pages, references, content hash and, as deep as the level goes, chunks of one version.
  func verify(_ row: VersionRow, of collection: CollectionName) throws(StoreError) {
    try check(collection, row.version) { () throws(StoreError) in
      let manifest = try store.manifest(row, tier: tier, frames: frames)
      noteRootPacks(manifest.root)
      try verifyTree(manifest, row, collection)
      _ = try manifest.producers()
    }
  }

  private func noteRootPacks(_ root: ManifestRoot) {
    let lists = [root.files, root.support, root.vectors?.producers, root.owners].compactMap(\.self)
    for reference in lists.flatMap(\.references).compactMap(\.self) { packs.insert(reference.place.pack) }
  }

  private func verifyTree(
    _ manifest: ManifestReader, _ row: VersionRow, _ collection: CollectionName
  ) throws(StoreError) {
    var content = ContentHashBuilder()
    var window = VerifyWindow()
    var owners = try OwnerStream(manifest)
    try manifest.forEachFile { entry throws(StoreError) in
      content.add(entry)
      _ = try owners?.take()
      guard case .file(let file) = entry.content else { return }
      var digest = FileDigestBuilder()
      try manifest.forEachReference(of: file) { reference throws(StoreError) in
        digest.add(reference.id, byteCount: reference.byteCount)
        packs.insert(reference.place.pack)
        if level.decodes(reference.id), let links = try unseen(reference, manifest), try isHere(reference, links) {
          window.append(VerifyWindow.Item(reference: reference, path: entry.path, links: links))
        }
        if window.isFull { try verify(&window, manifest, row, collection) }
      }
      let actual = digest.finish()
      guard actual == file.digest else {
        throw pageDamage(manifest, "the chunks of \(entry.path) do not have its digest \(file.digest), but \(actual)")
      }
    }
    try verify(&window, manifest, row, collection)
    try owners?.finish()
    let actual = content.finish()
    guard actual == row.contentHash, actual == manifest.root.totals.contentHash else {
      throw pageDamage(manifest, "the tree has the content hash \(actual), recorded is \(row.contentHash)")
    }
    try verifySupport(manifest)
  }

  /// Whether the tier has any pack that the chunk is rebuilt from.
  private func isHere(_ reference: Reference, _ links: [Reference]) throws(StoreError) -> Bool {
    if try holds(reference.place.pack) { return true }
    for link in links where try holds(link.place.pack) { return true }
    return false
  }

  /// Every support page, and that chains lead downwards.
  private func verifySupport(_ manifest: ManifestReader) throws(StoreError) {
    for (index, leaf) in manifest.support.leaves.enumerated() {
      guard let leaf, seen.insert(leaf.id) else { continue }
      packs.insert(leaf.place.pack)
      for reference in try manifest.support.page(index).compactMap(\.self) {
        packs.insert(reference.place.pack)
        for slot in reference.base?.slots ?? [] { _ = try manifest.support.reference(slot, below: reference) }
      }
    }
  }

  private func pageDamage(_ manifest: ManifestReader, _ reason: String) -> StoreError {
    .damage(
      Damage(tier: tier.location, object: ObjectKey.manifest(manifest.name).string, kind: .damaged, reason: reason))
  }
}

extension ManifestReader {
  /// Every reference of a file, in order, one page in memory at a time.
  package func forEachReference(
    of file: FileContent, _ body: (Reference) throws(StoreError) -> Void
  ) throws(StoreError) {
    if case .inline(let references) = file.chunks {
      for reference in references { try body(reference) }
    }
    for page in try chunksPages(of: file) {
      for reference in try references(page) { try body(reference) }
    }
  }
}
