package import Primitives
package import SnapshotFormat

/// A file whose chunks are known and whose pages may still wait for their frame.
package struct FileDraft {
  package enum Chunks {
    case none
    case inline([Reference])
    case paged([PendingReference])
    /// A list of the base, taken as it is.
    case list(ReferenceList)
  }

  package let path: RelativePath
  package let mode: UInt16
  package let content: FileEntry.Content
  package let chunks: Chunks
  /// The page of the base in which the path stands, or would stand.
  package let basePage: Reference?

  package init(
    path: RelativePath, mode: UInt16, content: FileEntry.Content, chunks: Chunks, basePage: Reference?
  ) {
    self.path = path
    self.mode = mode
    self.content = content
    self.chunks = chunks
    self.basePage = basePage
  }

  package var isResolved: Bool {
    if case .paged(let pages) = chunks { pages.allSatisfy { $0.reference != nil } } else { true }
  }
}

/// Puts entries into files pages, whose ends follow from the paths (formats/manifest.md §4).
package final class FilePageWriter {
  private let pages: PageWriter
  private var waiting: [FileDraft] = []
  private var entries: [FileEntry] = []
  private var entryByteCount = 0
  private var basePage: Reference?
  private var written: [PendingReference] = []

  private static let waitingMax = 512

  package init(pages: PageWriter) {
    self.pages = pages
  }

  package func add(_ draft: FileDraft) throws(StoreError) {
    waiting.append(draft)
    if waiting.count >= FilePageWriter.waitingMax { try pages.flush() }
    guard waiting[0].isResolved else { return }
    try drain()
  }

  /// The list of all files pages.
  package func finish() throws(StoreError) -> ReferenceList {
    try pages.flush()
    try drain()
    try endPage()
    return try pages.list(of: written)
  }

  private func drain() throws(StoreError) {
    var count = 0
    while count < waiting.count, waiting[count].isResolved {
      try append(entry(waiting[count]), basePage: waiting[count].basePage)
      count += 1
    }
    waiting.removeFirst(count)
  }

  private func append(_ entry: FileEntry, basePage: Reference?) throws(StoreError) {
    let byteCount = FilePageWriter.encodedByteCount(entry)
    if entryByteCount + byteCount > Limits.filesPageEntryByteCount { try endPage() }
    if entries.isEmpty { self.basePage = basePage }
    entries.append(entry)
    entryByteCount += byteCount
    if entries.count == Limits.filesInPage || FilePageWriter.endsPage(entry.path) { try endPage() }
  }

  private func endPage() throws(StoreError) {
    guard !entries.isEmpty else { return }
    written.append(try pages.write(Page.encode(files: entries), replacing: basePage))
    entries.removeAll(keepingCapacity: true)
    entryByteCount = 0
  }

  private func entry(_ draft: FileDraft) throws(StoreError) -> FileEntry {
    guard case .file(let file) = draft.content else {
      return FileEntry(path: draft.path, mode: draft.mode, content: draft.content)
    }
    let chunks: FileContent.Chunks =
      switch draft.chunks {
      case .none: .inline([])
      case .inline(let references): .inline(references)
      case .list(let list): .paged(list)
      case .paged(let waiting): .paged(try list(waiting))
      }
    let content = FileContent(
      byteCount: file.byteCount, digest: file.digest, profile: file.profile, chunkCount: file.chunkCount, chunks: chunks
    )
    return FileEntry(path: draft.path, mode: draft.mode, content: .file(content))
  }

  /// Index pages, where they are needed at all, are flushed at once; a small list is only gathered.
  private func list(_ waiting: [PendingReference]) throws(StoreError) -> ReferenceList {
    guard waiting.count > Limits.referencesInNode else {
      return ReferenceList(level: 0, references: waiting.map(\.reference))
    }
    return try pages.list(of: waiting)
  }

  package static func endsPage(_ path: RelativePath) -> Bool {
    (Digest.of(path.bytes).words[0] & 0xFFFF).isMultiple(of: 512)
  }

  private static func encodedByteCount(_ entry: FileEntry) -> Int {
    var output = ByteWriter()
    var packs = PackTable()
    entry.write(to: &output, packs: &packs)
    return output.count
  }
}
