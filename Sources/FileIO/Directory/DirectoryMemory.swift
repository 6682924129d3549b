internal import Synchronization

/// Makes directories that last, and remembers which ones it need not make again.
///
/// A directory is durable when the directory above it was synced after it was made. One that somebody else just made
/// may not be: so what this process does not remember is synced, made by it or not.
package final class DirectoryMemory: Sendable {
  private let known = Mutex<Set<LocalPath>>([])

  package init() {}

  /// Makes every directory above `path` that is missing.
  package func makeParents(
    of path: some PathBeneath, in root: borrowing Directory, _ durability: Durability, mode: FileMode = .directory
  ) throws(FileError) {
    var above: LocalPath?
    for directory in LocalPath.ancestors(of: path) {
      defer { above = directory }
      if known.withLock({ $0.contains(directory) }) { continue }
      try make(directory, in: root, mode)
      if durability == .full { try syncParent(above, in: root) }
      remember(directory)
    }
  }

  /// Forgets everything, when a directory that should be there is not.
  package func forget() {
    known.withLock { $0.removeAll() }
  }

  private func make(_ directory: LocalPath, in root: borrowing Directory, _ mode: FileMode) throws(FileError) {
    do throws(FileError) {
      try root.makeDirectory(directory, mode: mode)
    } catch {
      guard error.meaning == .exists else { throw error }
    }
  }

  private func syncParent(_ parent: LocalPath?, in root: borrowing Directory) throws(FileError) {
    guard let parent else { return try root.sync() }
    try root.openDirectory(parent).sync()
  }

  private func remember(_ directory: LocalPath) {
    known.withLock { known in
      if known.count >= FileLimits.knownDirectoryCountMax { known.removeAll() }
      known.insert(directory)
    }
  }
}
