extension Directory {
  /// Removes what `path` names and everything below it; what is not there is no error.
  ///
  /// Links are removed, never followed. A directory that cannot be searched is made so first. One descriptor is open at
  /// a time, however deep the tree. Where others go on creating names it fails with `.notEmpty` after a few rounds.
  package func removeTree(_ path: some PathBeneath) throws(FileError) {
    if try removeUnlessDirectory(path) { return }
    try searchable(path)
    let tree = try openDirectory(path)
    try tree.removeContents()
    try removeDirectory(path)
  }

  /// Empties this directory.
  package func removeContents() throws(FileError) {
    var pending = try removeNames(in: nil).map { (path: $0, rounds: 0) }
    while let (path, rounds) = pending.last {
      let directories = try removeNames(in: path)
      if directories.isEmpty {
        try removeDirectory(path)
        pending.removeLast()
        continue
      }
      guard rounds < 4 else { throw FileError(.unlink, location.below(path.bytes), .notEmpty) }
      pending[pending.count - 1].rounds += 1
      pending += directories.map { ($0, 0) }
      guard pending.count <= FileLimits.directoryEntryCountMax else { throw FileError(.unlink, location, .tooLarge) }
    }
  }

  /// Removes every name in the directory `path`, or in this one, but those of directories.
  /// - Returns: the directories that are left.
  private func removeNames(in path: LocalPath?) throws(FileError) -> [LocalPath] {
    guard let path else { return try names(in: self, below: nil) }
    try searchable(path)
    return try names(in: try openDirectory(path), below: path)
  }

  private func names(in directory: borrowing Directory, below path: LocalPath?) throws(FileError) -> [LocalPath] {
    var directories: [LocalPath] = []
    for entry in try directory.list() {
      if try directory.removeUnlessDirectory(entry) { continue }
      let name = LocalPath(entry)
      guard let inner = path == nil ? name : path?.appending(name) else {
        throw FileError(.unlink, directory.location, .tooLarge)
      }
      directories.append(inner)
    }
    return directories
  }

  /// - Returns: false when `path` is a directory and still there.
  private func removeUnlessDirectory(_ path: some PathBeneath) throws(FileError) -> Bool {
    do throws(FileError) {
      try unlinkIfPresent(path)
      return true
    } catch {
      // unlink(2) on a directory: EISDIR on Linux, EPERM as POSIX has it.
      guard try status(of: path).kind == .directory else { throw error }
      return false
    }
  }

  private func searchable(_ path: some PathBeneath) throws(FileError) {
    if try status(of: path).mode.bits & 0o700 != 0o700 { try changeMode(of: path, to: FileMode(0o700)) }
  }
}
