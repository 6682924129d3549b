package import Primitives
package import SnapshotFormat
package import SnapshotStore

/// What of a version a tree has, or is to have: all of it, or a part.
package struct VersionContent: Sendable {
  package let manifest: ManifestReader
  /// Nil: all of it.
  package let patterns: PartPatterns?
  let selection: PartSelection?
  /// Of its entries; the content hash is that of its tree.
  package let totals: ManifestRoot.Totals

  package static func whole(_ manifest: ManifestReader) -> VersionContent {
    VersionContent(manifest: manifest, patterns: nil, selection: nil, totals: manifest.root.totals)
  }

  private init(
    manifest: ManifestReader, patterns: PartPatterns?, selection: PartSelection?, totals: ManifestRoot.Totals
  ) {
    self.manifest = manifest
    self.patterns = patterns
    self.selection = selection
    self.totals = totals
  }

  /// Reads the files pages of the version, where there are patterns.
  package init(_ manifest: ManifestReader, _ patterns: PartPatterns?) throws(SyncError) {
    guard let patterns else {
      self = .whole(manifest)
      return
    }
    let selection = try PartSelection(patterns, of: manifest)
    let counted = VersionContent(
      manifest: manifest, patterns: patterns, selection: selection, totals: selection.totals)
    var totals = selection.totals
    totals.contentHash = try counted.hashed()
    self.init(manifest: manifest, patterns: patterns, selection: selection, totals: totals)
  }

  /// The identity of a tree that has these entries and no others.
  package var contentHash: Digest { totals.contentHash }

  /// Whether the patterns select nothing of the version.
  package var isEmptyPart: Bool { selection?.isEmpty ?? false }

  /// What the state of a copy remembers of it.
  var part: CopyState.Part? {
    patterns.map { CopyState.Part(contentHash: contentHash, patterns: $0.patterns) }
  }

  /// The entry of `path`, or nil.
  func entry(at path: RelativePath) throws(StoreError) -> FileEntry? {
    guard let selection else { return try manifest.file(at: path) }
    for (index, page) in try manifest.filesPages().enumerated() {
      let files = try manifest.files(page)
      guard let last = files.last, !(last.path < path) else { continue }
      let first = selection.places(ofPage: index).lowerBound
      return files.firstIndex { $0.path == path }.flatMap { selection.contains(first + $0) ? files[$0] : nil }
    }
    return nil
  }

  /// Whether the chunks of a file of the version are needed.
  func holds(_ file: RelativePath) -> Bool { patterns?.mayInclude(file) ?? true }

  private func hashed() throws(SyncError) -> Digest {
    var content = ContentHashBuilder()
    var entries = try EntryStream(self)
    while let entry = try entries.peek() {
      content.add(entry)
      entries.pop()
    }
    return content.finish()
  }
}
