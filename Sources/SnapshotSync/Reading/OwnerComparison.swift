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

  private let manifest: ManifestReader
  private var owners: OwnerStream
  private let tree: LocalTree?

  /// - Parameter tree: nil: nothing stands anywhere.
  /// - Throws: `.ownersNotRecorded` when the version was made without.
  init(_ manifest: ManifestReader, with tree: LocalTree?) throws(SyncError) {
    guard let owners = try storing({ () throws(StoreError) in try OwnerStream(manifest) }) else {
      throw .ownersNotRecorded(version: "\(manifest.root.collection)@\(manifest.root.version)")
    }
    self.manifest = manifest
    self.owners = owners
    self.tree = tree
  }

  /// The owner of the next entry, whose path it is.
  mutating func next(_ path: RelativePath) throws(SyncError) -> Wanted {
    let owner = try storing { () throws(StoreError) in try owners.take() }
    let status = try filing { () throws(FileError) in try tree?.directory.statusIfPresent(of: path) }
    return Wanted(owner: owner, differs: status.map { $0.ownedBy != owner } ?? false)
  }

  /// Called behind the last entry.
  ///
  /// - Throws: `.store(.damage)` when the version has other than one owner for each entry.
  mutating func finish() throws(SyncError) {
    try storing { () throws(StoreError) in try owners.finish() }
  }

  /// Whether every entry of the version belongs to its owner in the tree.
  static func isSame(_ manifest: ManifestReader, in tree: LocalTree) throws(SyncError) -> Bool {
    var comparison = try OwnerComparison(manifest, with: tree)
    var entries = try EntryStream(manifest)
    while let entry = try entries.peek() {
      entries.pop()
      if try comparison.next(entry.path).differs { return false }
    }
    try comparison.finish()
    return true
  }
}
