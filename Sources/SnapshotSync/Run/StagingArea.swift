internal import FileIO
internal import Primitives

/// Where the next tree is built: beside the directory, or, where that cannot be, in its `.snapctl/next/`.
///
/// A mark tells an unfinished tree, which the next run goes on with, from a finished one, whose files somebody may have
/// mapped.
final class StagingArea: Sendable {
  static let mark: LocalPath = .local(".snapctl/unfinished")

  enum Place: Sendable {
    /// A name in the directory above: the two can change places.
    case beside(parent: LocalTree, name: LocalPath, sibling: LocalPath)
    /// Why it cannot be beside it.
    case inside(reason: String)
  }

  let place: Place
  let tree: LocalTree
  /// Whether an earlier run left something in it.
  let isResumed: Bool

  private init(place: Place, tree: LocalTree, isResumed: Bool) {
    self.place = place
    self.tree = tree
    self.isResumed = isResumed
  }

  /// Why there can be no area beside `tree`, as far as that shows without writing; nil where nothing speaks against it.
  static func obstacle(_ tree: LocalTree, _ directory: String) throws(SyncError) -> String? {
    guard let place = SyncTarget.Place(directory), place.sibling != nil else { return "its name cannot be exchanged" }
    return try filing { () throws(FileError) in
      let parent = try Directory(path: place.parent)
      let own = try tree.directory.status()
      guard try parent.status(of: place.name).isSameFile(as: own) else { return "it is reached through a link" }
      return try parent.status().device == own.device ? nil : "it is a mount point"
    }
  }

  /// Makes the area beside `tree`, or says why that cannot be.
  static func beside(_ tree: LocalTree, _ directory: String) throws(SyncError) -> Result<StagingArea, Refusal> {
    if let reason = try obstacle(tree, directory) { return .failure(Refusal(reason: reason)) }
    guard let place = SyncTarget.Place(directory), let sibling = place.sibling else {
      return .failure(Refusal(reason: "its name cannot be exchanged"))
    }
    do throws(FileError) {
      let parent = LocalTree(try Directory(path: place.parent))
      let own = try tree.directory.status()
      let isResumed = try open(sibling, in: parent)
      let staging = LocalTree(try parent.directory.openDirectory(sibling))
      try parent.directory.changeMode(of: sibling, to: FileMode(own.mode.bits | 0o700))
      try inherit(StatePath.lock, from: tree, to: staging)
      return .success(
        StagingArea(
          place: .beside(parent: parent, name: place.name, sibling: sibling), tree: staging, isResumed: isResumed))
    } catch {
      guard error.meaning == .denied || error.meaning == .unsupported else { throw .file(error) }
      return .failure(Refusal(reason: "the directory above does not allow it"))
    }
  }

  struct Refusal: Error {
    let reason: String
  }

  /// Makes the area in the directory itself.
  static func inside(_ tree: LocalTree, reason: String) throws(SyncError) -> StagingArea {
    try filing { () throws(FileError) in
      let isResumed = try open(StatePath.next, in: tree)
      let staging = LocalTree(try tree.directory.openDirectory(StatePath.next))
      return StagingArea(place: .inside(reason: reason), tree: staging, isResumed: isResumed)
    }
  }

  /// What an earlier run left unfinished; nil when there is nothing to go on with.
  static func unfinished(_ path: LocalPath, inParent parent: String) -> LocalTree? {
    guard let parent = try? SyncTarget.open(parent) else { return nil }
    return unfinished(path, in: parent)
  }

  static func unfinished(_ path: LocalPath, in parent: LocalTree) -> LocalTree? {
    do throws(FileError) {
      let tree = LocalTree(try parent.directory.openDirectory(path))
      return try tree.directory.statusIfPresent(of: mark) == nil ? nil : tree
    } catch {
      return nil
    }
  }

  /// Removes the tree that a run that was killed after the exchange did not remove.
  static func removeLeftovers(beside directory: String) {
    guard let place = SyncTarget.Place(directory), let sibling = place.sibling,
      let parent = try? SyncTarget.open(place.parent)
    else { return }
    try? parent.directory.removeTreeIfPresent(sibling)
  }

  /// Before the tree is what others see, it is not unfinished any more.
  func finish() throws(FileError) {
    try tree.directory.unlinkIfPresent(StagingArea.mark)
  }

  /// - Returns: whether an unfinished tree is there; anything else of that name is removed.
  private static func open(_ path: LocalPath, in parent: LocalTree) throws(FileError) -> Bool {
    if unfinished(path, in: parent) != nil { return true }
    try parent.directory.removeTreeIfPresent(path)
    try parent.directory.makeDirectory(path, mode: FileMode(0o700))
    let made = try parent.directory.openDirectory(path)
    try made.makeDirectory(StatePath.directory)
    _ = try made.open(mark, for: .newFile(.file))
    return false
  }

  private static func inherit(_ path: LocalPath, from tree: LocalTree, to staging: LocalTree) throws(FileError) {
    let lock = try tree.directory.status(of: path)
    if let found = try staging.directory.statusIfPresent(of: path) {
      if found.isSameFile(as: lock) { return }
      try staging.directory.unlink(path)
    }
    try tree.directory.link(path, to: path, in: staging.directory)
  }
}

extension Directory {
  /// Removes what is there, if anything.
  func removeTreeIfPresent(_ path: LocalPath) throws(FileError) {
    if try statusIfPresent(of: path) != nil { try removeTree(path) }
  }
}
