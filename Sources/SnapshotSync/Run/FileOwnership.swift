internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// Owner and mode, always in this order: whoever changes the owner of a file takes its set-id bits away.
extension OpenFile {
  /// - Parameter owner: nil: the one it has.
  func settle(mode: FileMode, owner: Owner?) throws(FileError) {
    if let owner, try status().ownedBy != owner { try changeOwner(user: owner.user, group: owner.group) }
    try changeMode(to: mode)
  }
}

extension Directory {
  /// Gives what stands at `path` to its owner, where it has another one: a link itself, not its target.
  /// - Returns: whether it had.
  @discardableResult
  func settleOwner(of path: some PathBeneath, _ owner: Owner) throws(FileError) -> Bool {
    guard try status(of: path).ownedBy != owner else { return false }
    try changeOwner(of: path, user: owner.user, group: owner.group)
    return true
  }
}
