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
  ///
  /// - Parameter control: is asked before each page; nil: nothing stops it.
  package init(
    _ manifest: ManifestReader, _ patterns: PartPatterns?, control: SyncControl?
  ) throws(SyncError) {
    guard let patterns else {
      self = .whole(manifest)
      return
    }
    let selection = try PartSelection(patterns, of: manifest, control)
    let counted = VersionContent(
      manifest: manifest, patterns: patterns, selection: selection, totals: selection.totals)
    var totals = selection.totals
    totals.contentHash = try counted.hashed(control)
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
    guard let found = try manifest.place(of: path) else { return nil }
    let place = selection.places(ofPage: found.page).lowerBound + found.index
    return selection.contains(place) ? found.entry : nil
  }

  /// Whether the chunks of a file of the version are needed.
  func holds(_ file: RelativePath) -> Bool { patterns?.mayInclude(file) ?? true }

  private func hashed(_ control: SyncControl?) throws(SyncError) -> Digest {
    var content = ContentHashBuilder()
    var entries = try EntryStream(self)
    var page: Int?
    while let entry = try entries.peek() {
      if entries.position.page != page { try control?.check() }
      page = entries.position.page
      content.add(entry)
      entries.pop()
    }
    return content.finish()
  }
}
