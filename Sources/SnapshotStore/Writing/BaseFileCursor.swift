package import Primitives
package import SnapshotFormat

/// Walks the chunks of a base file in step with the file that replaces it. Only forward; one page in memory.
package struct BaseFileCursor {
  /// A chunk of the base file and where it begins.
  package struct Placed: Sendable {
    package let offset: UInt64
    package let reference: Reference

    package var end: UInt64 { offset + UInt64(reference.byteCount) }
  }

  package let pages: [Reference]
  private let manifest: ManifestReader?
  private var nextPage = 0
  private var loaded: ArraySlice<Placed> = []
  private var end: UInt64 = 0

  /// A file that has no base.
  package init() {
    manifest = nil
    pages = []
  }

  package init(_ file: FileContent, in manifest: ManifestReader) throws(StoreError) {
    self.manifest = manifest
    pages = try manifest.chunksPages(of: file)
    if case .inline(let references) = file.chunks { append(references) }
  }

  /// The base chunks that overlap `range`, in order, at most three: as many as a patch may be built on.
  ///
  /// - Precondition: `range` begins no earlier than that of the call before.
  package mutating func chunks(covering range: Range<UInt64>) throws(StoreError) -> [Placed] {
    try load(range)
    return Array(loaded.prefix { $0.offset < range.upperBound }.prefix(Limits.baseChunkCount))
  }

  /// Whether the base has this very chunk at `offset`. The same as to look through `chunks(covering:)`, and cheaper:
  /// most chunks of most files are where they were.
  ///
  /// - Precondition: as there.
  package mutating func holds(_ reference: Reference, at offset: UInt64) throws(StoreError) -> Bool {
    try load(offset..<(offset + UInt64(reference.byteCount)))
    guard let first = loaded.indices.first else { return false }
    return loaded[first].offset == offset && loaded[first].reference.id == reference.id
  }

  private mutating func load(_ range: Range<UInt64>) throws(StoreError) {
    drop(before: range.lowerBound)
    while end < range.upperBound, nextPage < pages.count, let manifest {
      append(try manifest.references(pages[nextPage]))
      nextPage += 1
      drop(before: range.lowerBound)
    }
  }

  private mutating func drop(before offset: UInt64) {
    while let first = loaded.indices.first, loaded[first].end <= offset { loaded.removeFirst() }
  }

  private mutating func append(_ references: [Reference]) {
    for reference in references {
      loaded.append(Placed(offset: end, reference: reference))
      end += UInt64(reference.byteCount)
    }
  }
}

/// Walks the entries of a base manifest in step with a tree in order of path.
package struct BaseTreeCursor {
  private let manifest: ManifestReader?
  private let pages: [Reference]
  private var nextPage = 0
  private var entries: ArraySlice<FileEntry> = []
  /// The files page at which the cursor stands.
  package private(set) var page: Reference?

  package init(_ manifest: ManifestReader?) throws(StoreError) {
    self.manifest = manifest
    pages = try manifest?.filesPages() ?? []
  }

  /// The entry of `path` in the base, or nil.
  ///
  /// - Precondition: `path` is that of the call before, or comes after it.
  package mutating func entry(at path: RelativePath) throws(StoreError) -> FileEntry? {
    while true {
      while let first = entries.first, first.path < path { entries.removeFirst() }
      if let first = entries.first { return first.path == path ? first : nil }
      guard nextPage < pages.count, let manifest else { return nil }
      page = pages[nextPage]
      entries = try manifest.files(pages[nextPage])[...]
      nextPage += 1
    }
  }
}
