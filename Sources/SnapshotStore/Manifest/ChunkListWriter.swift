package import Primitives
package import SnapshotFormat

/// Takes the chunks of all files in order, waits for their frames, and makes files' reference lists of them.
///
/// A patch may wait long for its solid group to fill; what comes after it waits with it, up to a bound.
package final class ChunkListWriter {
  private enum Event {
    case chunk(PendingReference)
    case end(FileEnd)
  }

  /// What is known of a file when its last chunk was added.
  package struct FileEnd {
    package let path: RelativePath
    package let mode: UInt16
    package let content: FileEntry.Content
    package let basePage: Reference?
    package let baseChunksPages: [Reference]
    /// A list of the base that is taken as it is.
    package let keptChunks: FileContent.Chunks?

    package init(
      path: RelativePath, mode: UInt16, content: FileEntry.Content, basePage: Reference?,
      baseChunksPages: [Reference] = [], keptChunks: FileContent.Chunks? = nil
    ) {
      self.path = path
      self.mode = mode
      self.content = content
      self.basePage = basePage
      self.baseChunksPages = baseChunksPages
      self.keptChunks = keptChunks
    }
  }

  private let pages: PageWriter
  private let files: FilePageWriter
  private let support: SupportBuilder
  private var events: [Event] = []
  private var references: [Reference] = []

  package init(pages: PageWriter, files: FilePageWriter, support: SupportBuilder) {
    self.pages = pages
    self.files = files
    self.support = support
  }

  package var pendingCount: Int { events.count }

  package func add(_ reference: PendingReference) {
    events.append(.chunk(reference))
  }

  package func end(_ file: FileEnd) {
    events.append(.end(file))
  }

  /// Takes back the chunks that were added since the last file ended.
  package func removeOpenChunks() {
    while case .chunk? = events.last { events.removeLast() }
    if events.isEmpty { references.removeAll(keepingCapacity: true) }
  }

  /// Takes from the front whatever is resolved.
  package func drain() throws(StoreError) {
    var count = 0
    taking: while count < events.count {
      switch events[count] {
      case .chunk(let pending):
        guard let reference = pending.reference else { break taking }
        try support.use(reference)
        references.append(reference)
      case .end(let file): try finish(file)
      }
      count += 1
    }
    events.removeFirst(count)
  }

  private func finish(_ file: FileEnd) throws(StoreError) {
    let chunks: FileDraft.Chunks
    switch file.keptChunks {
    case .inline(let kept)?: chunks = .inline(kept)
    case .paged(let list)?: chunks = .list(list)
    case nil where references.count <= Limits.inlineReferenceCount: chunks = .inline(references)
    case nil: chunks = .paged(try chunksPages(replacing: file.baseChunksPages))
    }
    references.removeAll(keepingCapacity: true)
    try files.add(
      FileDraft(path: file.path, mode: file.mode, content: file.content, chunks: chunks, basePage: file.basePage))
  }

  private func chunksPages(replacing base: [Reference]) throws(StoreError) -> [PendingReference] {
    var written: [PendingReference] = []
    for start in stride(from: 0, to: references.count, by: Limits.chunksInPage) {
      let part = references[start..<min(start + Limits.chunksInPage, references.count)]
      let page = Page.encode(.chunks, references: Array(part))
      written.append(try pages.write(page, replacing: written.count < base.count ? base[written.count] : nil))
    }
    return written
  }
}
