internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// Finds out whether this process may give files to the owners of a version, before any entry of the copy is touched:
/// by doing so to an empty file in `.snapctl/tmp/`.
struct OwnerProbe {
  private static let file: LocalPath = .local(".snapctl/tmp/owner")
  /// Owners that are tried, at most. Who may give files to so many may give them to any.
  private static let ownerCountMax = 256

  let tree: LocalTree

  /// - Throws: `.ownersDenied` for the first owner that is refused.
  func check(_ content: VersionContent, directory: String) throws(SyncError) {
    let file = try filing { () throws(FileError) in try makeFile() }
    defer { _ = try? tree.directory.unlinkIfPresent(OwnerProbe.file) }
    var tried: Set<Owner> = []
    var entries = try EntryStream(content)
    var owners = try storing { () throws(StoreError) in try OwnerStream(content.manifest) }
    while try entries.peek() != nil, tried.count < OwnerProbe.ownerCountMax {
      let owner = try storing { () throws(StoreError) in try owners?.take(at: entries.place) }
      entries.pop()
      if let owner, tried.insert(owner).inserted { try attempt(owner, file, directory) }
    }
  }

  private func attempt(_ owner: Owner, _ file: borrowing OpenFile, _ directory: String) throws(SyncError) {
    do throws(FileError) {
      try file.changeOwner(user: owner.user, group: owner.group)
    } catch {
      // EINVAL: a number that means nobody in the user namespace of this process.
      guard error.meaning == .denied || error.meaning == .unsupported else { throw .file(error) }
      throw .ownersDenied(owner: owner, directory: directory)
    }
  }

  private func makeFile() throws(FileError) -> OpenFile {
    if try tree.directory.statusIfPresent(of: StatePath.temporary) == nil {
      try tree.directory.makeDirectory(StatePath.temporary)
    }
    try tree.directory.unlinkIfPresent(OwnerProbe.file)
    return try tree.directory.open(OwnerProbe.file, for: .newFile(.private))
  }
}
