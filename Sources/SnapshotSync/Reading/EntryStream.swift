internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// The entries of a manifest in order of path, one page in memory at a time.
struct EntryStream {
  /// Where an entry stands: its files page, and its place in it.
  struct Position: Hashable {
    let page: Int
    let entry: Int
  }

  private let manifest: ManifestReader?
  private var pages: [Reference]
  private var nextPage = 0
  private var entries: ArraySlice<FileEntry> = []

  /// - Parameter manifest: nil for a stream without entries.
  init(_ manifest: ManifestReader?) throws(SyncError) {
    self.manifest = manifest
    pages = try storing { () throws(StoreError) in try manifest?.filesPages() ?? [] }
  }

  /// The pages of the stream. Pages with the same identifier have the same entries.
  var pageIdentifiers: Set<Digest> { Set(pages.map(\.id)) }

  /// Leaves out the entries of some pages, unread. Before the first `peek`.
  mutating func skipPages(in identifiers: Set<Digest>) {
    pages.removeAll { identifiers.contains($0.id) }
  }

  /// Where the entry stands that `peek` gives.
  var position: Position { Position(page: nextPage - 1, entry: entries.startIndex) }

  mutating func peek() throws(SyncError) -> FileEntry? {
    while entries.isEmpty, nextPage < pages.count, let manifest {
      let page = pages[nextPage]
      entries = try storing { () throws(StoreError) in try manifest.files(page)[...] }
      nextPage += 1
    }
    return entries.first
  }

  /// - Precondition: `peek` gave an entry.
  mutating func pop() {
    entries.removeFirst()
  }
}
