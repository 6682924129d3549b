import ObjectTier
import SnapshotFormat
import SnapshotStore
import SnapshotSync
import Testing

@Suite struct `the pages that a root names` {
  /// A version whose chunk list is a patch of the one before, so that it has a page of what patches lean on.
  private func patched(_ many: ManyChunks) throws -> ManifestRoot {
    let before = (0..<UInt64(2 * Limits.chunksInPage)).map { TestChunk($0) }
    var after = before
    after[7] = TestChunk(.max)
    return try many.write(after, replacing: many.manifest(many.write(before), many.reader()))
  }

  @Test func `come in one request, and are not asked for again`() throws {
    let many = try ManyChunks()
    let root = try patched(many)
    try #require(!root.support.references.isEmpty, "there is only one page to ask for")
    let manifest = try many.manifest(root, many.reader())
    let opened = many.tier.counts.requests
    try manifest.prefetchPages(StoreLimits())
    #expect(many.tier.counts.requests == opened + 1)
    for page in try manifest.filesPages() { _ = try manifest.files(page) }
    for page in root.support.references.compactMap(\.self) {
      _ = try manifest.chunks.chunk(page, support: manifest.support)
    }
    #expect(many.tier.counts.requests == opened + 1)
  }

  @Test func `that are damaged are left to whoever reads them`() throws {
    let many = try ManyChunks()
    let root = try patched(many)
    let manifest = try many.manifest(root, many.reader())
    let pages = (root.support.references + root.files.references).compactMap(\.self)
    for pack in Set(pages.map(\.place.pack)) { try many.fixture.store.tier.remove(.pack(pack)) }
    try manifest.prefetchPages(StoreLimits())
    let error = #expect(throws: StoreError.self) { try manifest.files(root.files.references.compactMap(\.self)[0]) }
    guard case .damage = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
