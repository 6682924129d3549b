internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// The entries of a version, or of a part of it, in order of path, one page in memory at a time. Pages without an entry
/// of the part are not read.
struct EntryStream {
  /// Where an entry stands: its files page, and its place in it.
  struct Position: Hashable {
    let page: Int
    let entry: Int
  }

  private let manifest: ManifestReader?
  private let selection: PartSelection?
  private var pages: [Reference]
  private var nextPage = 0
  private var entries: ArraySlice<FileEntry> = []

  /// - Parameter content: nil for a stream without entries.
  init(_ content: VersionContent?) throws(SyncError) {
    manifest = content?.manifest
    selection = content?.selection
    pages = try storing { () throws(StoreError) in try content?.manifest.filesPages() ?? [] }
  }

  /// The pages of the stream. Pages with the same identifier have the same entries.
  var pageIdentifiers: Set<Digest> { Set(pages.map(\.id)) }

  /// Leaves out the entries of some pages, unread. Before the first `peek`, and of a whole version.
  mutating func skipPages(in identifiers: Set<Digest>) {
    precondition(selection == nil, "what is selected is known by the place of a page")
    pages.removeAll { identifiers.contains($0.id) }
  }

  /// Where the entry stands that `peek` gives.
  var position: Position { Position(page: nextPage - 1, entry: entries.startIndex) }

  /// The place of that entry among all of the version; nil of a stream of all: the next one.
  var place: Int? { selection.map { $0.places(ofPage: nextPage - 1).lowerBound + entries.startIndex } }

  private func isSelected(_ entry: Int) -> Bool {
    guard let selection else { return true }
    return selection.contains(selection.places(ofPage: nextPage - 1).lowerBound + entry)
  }

  mutating func peek() throws(SyncError) -> FileEntry? {
    while true {
      while let first = entries.first {
        if isSelected(entries.startIndex) { return first }
        entries.removeFirst()
      }
      guard try readPage() else { return nil }
    }
  }

  /// False behind the last.
  private mutating func readPage() throws(SyncError) -> Bool {
    while nextPage < pages.count, selection?.containsAny(ofPage: nextPage) == false { nextPage += 1 }
    guard nextPage < pages.count, let manifest else { return false }
    let page = pages[nextPage]
    entries = try storing { () throws(StoreError) in try manifest.files(page)[...] }
    nextPage += 1
    return true
  }

  /// - Precondition: `peek` gave an entry.
  mutating func pop() {
    entries.removeFirst()
  }
}
