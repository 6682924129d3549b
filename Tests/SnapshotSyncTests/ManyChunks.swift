import ObjectTier
import Primitives
import SnapshotFormat
import SnapshotStore
import SnapshotSync
import Testing

/// A chunk that is nowhere: only manifests tell of it.
struct TestChunk: Hashable {
  let number: UInt64
  let byteCount: Int

  init(_ number: UInt64, byteCount: Int = 16_384) {
    self.number = number
    self.byteCount = byteCount
  }
}

/// Manifests of one file of many chunks. The pages are written and read as those of any version.
struct ManyChunks {
  let fixture: Fixture
  let tier: CountingTier

  init() throws {
    fixture = try Fixture()
    tier = CountingTier(fixture.store.tier)
  }

  /// Manifests that share what they read.
  func reader() -> FrameSource { FrameSource(tier: tier, cacheByteCountMax: StoreLimits().frameCacheByteCount) }

  func write(_ chunks: [TestChunk], replacing base: ManifestReader? = nil) throws -> ManifestRoot {
    let random = SystemRandomSource()
    let intent = IntentIdentifier(random: random)
    let packs = PackWriter(
      tier: fixture.store.tier, intent: intent, random: random, created: fixture.clock.now(),
      limits: StoreLimits())
    let support = try SupportBuilder(base: base?.support ?? .empty)
    let pages = PageWriter(packs: packs, base: base, support: support)
    let files = FilePageWriter(pages: pages)
    let list = ChunkListWriter(pages: pages, files: files, support: support)
    for chunk in chunks { list.add(PendingReference(reference(chunk))) }
    list.end(
      ChunkListWriter.FileEnd(
        path: try #require(RelativePath("many")), mode: 0o644, content: .file(content(chunks)), basePage: nil,
        baseChunksPages: try base.map { try $0.chunksPages(of: file(in: $0)) } ?? []))
    try list.drain()
    let filesList = try files.finish()
    let supportList = try supportPages(support, pages)
    try packs.flush()
    return ManifestRoot(
      collection: fixture.collection, version: 1, created: fixture.clock.now(), intent: intent, message: "",
      totals: ManifestRoot.Totals(), parent: nil, files: filesList, support: supportList, vectors: nil)
  }

  func manifest(_ root: ManifestRoot, _ frames: FrameSource) throws -> ManifestReader {
    try ManifestReader(
      root: root, name: UniqueName(high: 0, low: 0), digest: .of([]), chunks: ChunkReader(frames: frames))
  }

  func file(in manifest: ManifestReader) throws -> FileContent {
    guard case .file(let content)? = try manifest.file(at: #require(RelativePath("many")))?.content else {
      throw StoreError.invalid("the manifest has no file")
    }
    return content
  }

  private func supportPages(_ support: SupportBuilder, _ pages: PageWriter) throws -> ReferenceList {
    var list: [PendingReference] = []
    try support.finish { change throws(StoreError) in
      switch change {
      case .kept(let reference): list.append(PendingReference(reference))
      case .written(let entries): list.append(try pages.writeInFull(Page.encode(.support, references: entries)))
      }
    }
    try pages.flush()
    return try pages.list(of: list)
  }

  private func content(_ chunks: [TestChunk]) -> FileContent {
    FileContent(
      byteCount: UInt64(chunks.reduce(0) { $0 + $1.byteCount }), digest: .of(chunks.map { UInt8($0.number & 0xFF) }),
      profile: .contentDefined, chunkCount: chunks.count, chunks: .inline([]))
  }

  /// The same in every version.
  private func reference(_ chunk: TestChunk) -> Reference {
    let random = SeededRandomSource(seed: chunk.number)
    let place = Reference.Place(
      pack: UniqueName(high: 1, low: 1), frameOffset: 144, frameByteCount: 1_000, formOffset: 0,
      formByteCount: chunk.byteCount)
    return Reference(
      id: Digest(words: [random.next(), random.next(), random.next(), random.next()]), byteCount: chunk.byteCount,
      place: place)
  }
}
