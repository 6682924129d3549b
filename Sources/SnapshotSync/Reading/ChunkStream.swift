internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// The chunks of one file in order, each with its offset; one page in memory at a time.
struct ChunkStream {
  private let manifest: ManifestReader
  private let pages: [Reference]
  private var nextPage = 0
  private var references: ArraySlice<Reference>
  /// Where the next chunk begins; after pages were left out, as if they were not there.
  private(set) var offset: UInt64 = 0
  private let byteCount: UInt64
  private var skipsPages = false

  init(_ file: FileContent, in manifest: ManifestReader) throws(SyncError) {
    self.manifest = manifest
    byteCount = file.byteCount
    if case .inline(let inline) = file.chunks { references = inline[...] } else { references = [] }
    pages = try storing { () throws(StoreError) in try manifest.chunksPages(of: file) }
  }

  /// The next chunk, or nil at the end.
  ///
  /// - Throws: damage when the chunks are more or fewer bytes than the file.
  mutating func next() throws(SyncError) -> (offset: UInt64, reference: Reference)? {
    while references.isEmpty, nextPage < pages.count {
      let page = pages[nextPage]
      let manifest = manifest
      references = try storing { () throws(StoreError) in try manifest.references(page)[...] }
      nextPage += 1
    }
    guard let reference = references.popFirst() else {
      guard offset == byteCount || skipsPages else { throw damaged() }
      return nil
    }
    let start = offset
    offset += UInt64(reference.byteCount)
    guard offset <= byteCount else { throw damaged() }
    return (start, reference)
  }

  /// Leaves out the page that both streams come to next, unread, where it is the same and stands at the same place.
  ///
  /// Both go on behind it. Their offsets do not count its bytes, and stay comparable with each other.
  /// - Returns: whether there was one.
  mutating func skipPage(with other: inout ChunkStream) -> Bool {
    guard offset == other.offset, let page = pageAhead, page == other.pageAhead else { return false }
    skipPage()
    other.skipPage()
    return true
  }

  /// The page that begins with the next chunk; nil within a page, and where there is none.
  private var pageAhead: Digest? {
    references.isEmpty && nextPage < pages.count ? pages[nextPage].id : nil
  }

  private mutating func skipPage() {
    nextPage += 1
    skipsPages = true
  }

  private func damaged() -> SyncError {
    .store(
      .damage(
        Damage(
          tier: manifest.chunks.frames.location, object: ObjectKey.manifest(manifest.name).string, kind: .damaged,
          reason: "the chunks of a file do not add up to it")))
  }
}
