internal import FileIO
internal import Primitives

/// Modes that change alone. What was synced before with its file or directory does not cover them.
extension Directory {
  /// Gives a file another mode, durable.
  func settleMode(ofFile path: RelativePath, from old: FileMode, to mode: FileMode) throws(FileError) {
    if old.bits & 0o400 == 0 { try changeMode(of: path, to: FileMode(old.bits | 0o400)) }
    let file = try open(path, for: .read)
    try file.changeMode(to: mode)
    try file.sync()
  }

  /// Gives a directory its mode, and makes that and its names durable. The directory can be opened before, and perhaps
  /// not afterwards.
  func settleMode(ofDirectory path: RelativePath, to mode: FileMode) throws(FileError) {
    let directory = try openDirectory(path)
    try changeMode(of: path, to: mode)
    try directory.sync()
  }
}
