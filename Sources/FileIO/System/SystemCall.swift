/// The calls this module makes, as messages and tests name them.
package enum SystemCall: UInt8, Sendable, CaseIterable {
  case open, close, read, write, sync, truncate, allocate, clone, status, changeMode, changeOwner, touch, map
  case list, makeDirectory, link, makeSymbolicLink, readLink, rename, unlink, lock, fileSystem, wait
  /// Several of them, made by a database.
  case database

  /// Whether the call changes what is on the disk: where a crash makes a difference.
  package var isMutating: Bool {
    switch self {
    case .write, .sync, .truncate, .allocate, .clone, .changeMode, .makeDirectory, .link, .makeSymbolicLink: true
    case .rename, .unlink, .changeOwner: true
    // What a touch changes is a hint.
    case .open, .close, .read, .status, .touch, .map, .list, .readLink, .lock, .fileSystem, .wait, .database: false
    }
  }
}
