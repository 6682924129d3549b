internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// The owners of a version's entries, each beside that of what stands at its path in a tree. Reads owners pages and
/// statuses; memory does not grow with the tree.
struct OwnerComparison {
  /// An owner that is wanted.
  struct Wanted {
    let owner: Owner
    /// Something stands at the path, and belongs to another one.
    let differs: Bool
  }

  private var owners: OwnerStream
  private let tree: LocalTree?

  /// How many entries the version has, those that are not in the part among them.
  private let entryCount: UInt64

  /// - Parameter tree: nil: nothing stands anywhere.
  /// - Throws: `.ownersNotRecorded` when the version was made without.
  init(_ content: VersionContent, with tree: LocalTree?) throws(SyncError) {
    let manifest = content.manifest
    guard let owners = try storing({ () throws(StoreError) in try OwnerStream(manifest) }) else {
      throw .ownersNotRecorded(version: "\(manifest.root.collection)@\(manifest.root.version)")
    }
    self.owners = owners
    entryCount = content.selection == nil ? 0 : manifest.root.totals.entries
    self.tree = tree
  }

  /// The owner of the entry whose path it is.
  ///
  /// - Parameter place: among all entries of the version, ascending; nil: the next one.
  mutating func next(_ path: RelativePath, at place: Int?) throws(SyncError) -> Wanted {
    let owner = try storing { () throws(StoreError) in try owners.take(at: place) }
    let status = try filing { () throws(FileError) in try tree?.directory.statusIfPresent(of: path) }
    return Wanted(owner: owner, differs: status.map { $0.ownedBy != owner } ?? false)
  }

  /// Called behind the last entry.
  ///
  /// - Throws: `.store(.damage)` when the version has other than one owner for each entry.
  mutating func finish() throws(SyncError) {
    try storing { () throws(StoreError) in
      try owners.skip(to: entryCount)
      try owners.finish()
    }
  }

  /// Whether every entry belongs to its owner in the tree.
  static func isSame(_ content: VersionContent, in tree: LocalTree) throws(SyncError) -> Bool {
    var comparison = try OwnerComparison(content, with: tree)
    var entries = try EntryStream(content)
    while let entry = try entries.peek() {
      if try comparison.next(entry.path, at: entries.place).differs { return false }
      entries.pop()
    }
    try comparison.finish()
    return true
  }
}
