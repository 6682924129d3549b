internal import ObjectTier
package import Primitives
package import SnapshotFormat

/// Reads one manifest: its root, and of its pages those that are asked for.
///
/// Pages are chunks, so they are verified against the reference that names them, and may come from a local copy.
package final class ManifestReader: Sendable {
  package let root: ManifestRoot
  package let name: UniqueName
  package let digest: Digest
  package let support: SupportTable
  package let chunks: ChunkReader

  /// - Throws: `.damage` when an index page of the support list does not verify.
  package init(root: ManifestRoot, name: UniqueName, digest: Digest, chunks: ChunkReader) throws(StoreError) {
    self.root = root
    self.name = name
    self.digest = digest
    self.chunks = chunks
    let leaves = try PageWalk(chunks: chunks, support: .empty).leaves(of: root.support, allowsEmpty: true)
    support = SupportTable(leaves: leaves) { leaf throws(StoreError) in
      let bytes = try chunks.chunk(leaf, support: .empty)
      return try PageWalk.decoded(leaf, chunks) { () throws(FormatError) in
        try Page.references(bytes.rawSpan, kind: .support, countMax: Limits.supportInPage, allowsEmpty: true)
      }
    }
  }

  /// Reads the pages that the root names and this version brought, in as few requests as can be: they lie side by side,
  /// and whoever walks the whole manifest would ask for one after the other.
  package func prefetchPages(_ limits: StoreLimits) throws(StoreError) {
    let named = (root.support.references + root.files.references).compactMap(\.self)
    let places = named.prefix(ManifestReader.prefetchedPageCountMax).map(\.place)
    // A damaged page is told of by whoever reads it.
    _ = try chunks.undamaged { () throws(StoreError) in
      try chunks.prefetch(places.filter { $0.pack.intent == root.intent }, limits)
    }
  }

  /// Of larger manifests the pages are read as they are needed.
  private static let prefetchedPageCountMax = 16

  private var walk: PageWalk { PageWalk(chunks: chunks, support: support) }

  /// The references of all files pages, in order of path.
  package func filesPages() throws(StoreError) -> [Reference] {
    try walk.leaves(of: root.files, allowsEmpty: false).compactMap(\.self)
  }

  /// The entries of one files page.
  package func files(_ page: Reference) throws(StoreError) -> [FileEntry] {
    let bytes = try chunks.chunk(page, support: support)
    return try PageWalk.decoded(page, chunks) { () throws(FormatError) in try Page.files(bytes.rawSpan) }
  }

  /// The references of a file's chunks pages; empty when they are inline.
  package func chunksPages(of file: FileContent) throws(StoreError) -> [Reference] {
    guard case .paged(let list) = file.chunks else { return [] }
    return try walk.leaves(of: list, allowsEmpty: false).compactMap(\.self)
  }

  /// The references in one chunks page.
  package func references(_ page: Reference) throws(StoreError) -> [Reference] {
    let bytes = try chunks.chunk(page, support: support)
    return try PageWalk.decoded(page, chunks) { () throws(FormatError) in
      try Page.references(bytes.rawSpan, kind: .chunks, countMax: Limits.chunksInPage).compactMap(\.self)
    }
  }

  package func producers() throws(StoreError) -> [ProducerRow] {
    guard let list = root.vectors?.producers else { return [] }
    var rows: [ProducerRow] = []
    for page in try walk.leaves(of: list, allowsEmpty: false).compactMap(\.self) {
      let bytes = try chunks.chunk(page, support: support)
      rows += try PageWalk.decoded(page, chunks) { () throws(FormatError) in try Page.producers(bytes.rawSpan) }
    }
    return rows
  }

  /// The references of all owners pages, in order; nil when the version was made without owners.
  package func ownersPages() throws(StoreError) -> [Reference]? {
    guard let list = root.owners else { return nil }
    return try walk.leaves(of: list, allowsEmpty: false).compactMap(\.self)
  }

  /// The runs of one owners page.
  package func owners(_ page: Reference) throws(StoreError) -> [OwnerRun] {
    let bytes = try chunks.chunk(page, support: support)
    return try PageWalk.decoded(page, chunks) { () throws(FormatError) in try Page.owners(bytes.rawSpan) }
  }

  /// Every entry, in order of path, one page in memory at a time.
  package func forEachFile(_ body: (FileEntry) throws(StoreError) -> Void) throws(StoreError) {
    for page in try filesPages() {
      for file in try files(page) { try body(file) }
    }
  }

  /// The entry of `path`, or nil.
  package func file(at path: RelativePath) throws(StoreError) -> FileEntry? {
    try place(of: path)?.entry
  }

  /// The entry of `path`, and where it stands: its files page, and its place in it. Nil where there is none.
  ///
  /// Halves the pages until one is left, and reads no others.
  package func place(of path: RelativePath) throws(StoreError) -> (page: Int, index: Int, entry: FileEntry)? {
    let pages = try filesPages()
    var range = pages.indices
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      let files = try files(pages[middle])
      guard let first = files.first, let last = files.last else { return nil }
      if path < first.path {
        range = range.lowerBound..<middle
      } else if last.path < path {
        range = (middle + 1)..<range.upperBound
      } else {
        return files.firstIndex { $0.path == path }.map { (middle, $0, files[$0]) }
      }
    }
    return nil
  }
}

/// Walks reference lists down to their leaves.
package struct PageWalk {
  package let chunks: ChunkReader
  package let support: SupportTable

  package init(chunks: ChunkReader, support: SupportTable) {
    self.chunks = chunks
    self.support = support
  }

  package func leaves(of list: ReferenceList, allowsEmpty: Bool) throws(StoreError) -> [Reference?] {
    try leaves(list.references, level: list.level, allowsEmpty: allowsEmpty)
  }

  private func leaves(
    _ references: [Reference?], level: Int, allowsEmpty: Bool
  ) throws(StoreError) -> [Reference?] {
    guard level > 0 else { return references }
    var below: [Reference?] = []
    for reference in references.compactMap(\.self) {
      let bytes = try chunks.chunk(reference, support: support)
      let entries = try PageWalk.decoded(reference, chunks) { () throws(FormatError) in
        try Page.references(bytes.rawSpan, kind: .index, countMax: Limits.referencesInNode, allowsEmpty: allowsEmpty)
      }
      below += entries
    }
    return try leaves(below, level: level - 1, allowsEmpty: allowsEmpty)
  }

  /// Runs a decoder and names the page it failed on.
  package static func decoded<Value>(
    _ page: Reference, _ chunks: ChunkReader, _ decode: () throws(FormatError) -> Value
  ) throws(StoreError) -> Value {
    do throws(FormatError) {
      return try decode()
    } catch {
      throw .damage(error, of: .pack(page.place.pack), in: chunks.frames.location, chunk: page.id)
    }
  }
}
