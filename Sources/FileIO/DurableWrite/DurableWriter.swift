internal import Glibc
package import Primitives

/// Writes whole files beneath one directory, each of them complete or not there.
///
/// - A file is written under a name of its own in `temporaryDirectory`, synced, and only then given its final name; the
///   directory of that name is synced before the call returns (formats/store.md §4).
/// - `create` links: of many writers of one name, one creates and the others are told that it exists. `replace`
///   renames.
/// - When a sync fails the file is thrown away. It is never synced again.
/// - A crash leaves at most a name in `temporaryDirectory` behind, which nobody reads.
package final class DurableWriter: Sendable {
  package enum Outcome: Sendable, Equatable {
    case created
    /// Something of that name was there already. Its name is durable now, too.
    case exists
  }

  /// What becomes of a file's pages in the system's memory once it is written.
  package enum Pages: Sendable {
    case kept
    /// Given back, as far as they are synced.
    case givenBack
  }

  private let temporaryDirectory: LocalPath
  private let durability: Durability
  private let random: any RandomSource
  private let directories = DirectoryMemory()

  package init(temporaryDirectory: LocalPath, durability: Durability, random: any RandomSource) {
    self.temporaryDirectory = temporaryDirectory
    self.durability = durability
    self.random = random
  }

  /// Makes the directories above `path`, as durable as the files.
  package func makeParents(of path: some PathBeneath, in root: borrowing Directory) throws(FileError) {
    try directories.makeParents(of: path, in: root, durability)
  }

  /// Creates a file under a name that must not be there.
  ///
  /// - Parameter fill: writes the file's contents; what it throws abandons the file.
  /// - Throws: an error that says whether the file may have landed.
  package func create(
    _ path: some PathBeneath, in root: borrowing Directory, mode: FileMode, pages: Pages = .kept,
    _ fill: (borrowing OpenFile) throws(FileError) -> Void
  ) throws(DurableWriteError) -> Outcome {
    let temporary = try write(in: root, mode, pages, fill)
    defer { discard(temporary, in: root) }
    let outcome = try link(temporary, to: path, in: root, isRetry: false)
    try syncParent(of: path, in: root)
    return outcome
  }

  /// Creates a file, or puts another one in the place of the one that is there: whoever has that open keeps it.
  package func replace(
    _ path: some PathBeneath, in root: borrowing Directory, mode: FileMode,
    _ fill: (borrowing OpenFile) throws(FileError) -> Void
  ) throws(DurableWriteError) {
    let temporary = try write(in: root, mode, .kept, fill)
    do throws(DurableWriteError) {
      try rename(temporary, to: path, in: root, isRetry: false)
    } catch {
      discard(temporary, in: root)
      throw error
    }
    try syncParent(of: path, in: root)
  }
}

extension DurableWriter {
  /// Writes and syncs a file under a temporary name.
  private func write(
    in root: borrowing Directory, _ mode: FileMode, _ pages: Pages,
    _ fill: (borrowing OpenFile) throws(FileError) -> Void
  ) throws(DurableWriteError) -> LocalPath {
    let temporary = try newName()
    let file = try before { () throws(FileError) in try open(temporary, in: root, mode) }
    do throws(FileError) {
      try fill(file)
      if durability == .full { try file.sync() }
      if pages == .givenBack { file.forgetPages() }
      // A network file system may report what a write failed with only here.
      try file.close()
      return temporary
    } catch {
      discard(temporary, in: root)
      throw .nothingLanded(error)
    }
  }

  private func open(
    _ temporary: LocalPath, in root: borrowing Directory, _ mode: FileMode
  ) throws(FileError) -> OpenFile {
    do throws(FileError) {
      return try root.open(temporary, for: .newFile(mode))
    } catch {
      guard error.meaning == .notFound else { throw error }
      // Nothing in the temporary directory has to last, so neither has it.
      directories.forget()
      try directories.makeParents(of: temporary, in: root, .none)
      return try root.open(temporary, for: .newFile(mode))
    }
  }

  private func newName() throws(DurableWriteError) -> LocalPath {
    let unique = UniqueName(high: random.next(), low: random.next())
    guard let name = temporaryDirectory.appending(LocalPath(unique)) else {
      throw .nothingLanded(FileError(.open, FileLocation(temporaryDirectory.bytes), .tooLarge))
    }
    return name
  }

  private func link(
    _ temporary: LocalPath, to path: some PathBeneath, in root: borrowing Directory, isRetry: Bool
  ) throws(DurableWriteError) -> Outcome {
    try before { () throws(FileError) in try directories.makeParents(of: path, in: root, durability) }
    do throws(FileError) {
      try root.link(temporary, to: path)
      return .created
    } catch {
      if isLinked(temporary, to: path, in: root) { return .created }
      if error.meaning == .exists { return .exists }
      guard error.meaning == .notFound, !isRetry else {
        throw .unnamed(error)
      }
    }
    // A directory that was there is gone: somebody cleaned up.
    directories.forget()
    return try link(temporary, to: path, in: root, isRetry: true)
  }

  private func rename(
    _ temporary: LocalPath, to path: some PathBeneath, in root: borrowing Directory, isRetry: Bool
  ) throws(DurableWriteError) {
    try before { () throws(FileError) in try directories.makeParents(of: path, in: root, durability) }
    do throws(FileError) {
      return try root.rename(temporary, to: path, .replace)
    } catch {
      guard error.meaning == .notFound, !isRetry else {
        throw .unnamed(error)
      }
    }
    directories.forget()
    try rename(temporary, to: path, in: root, isRetry: true)
  }

  /// A link whose answer was lost, as NFS does when it repeats a request: the names are of one file, whatever the error
  /// said.
  private func isLinked(_ temporary: LocalPath, to path: some PathBeneath, in root: borrowing Directory) -> Bool {
    guard let mine = try? root.status(of: temporary), let theirs = try? root.status(of: path) else { return false }
    return mine.isSameFile(as: theirs)
  }

  private func syncParent(of path: some PathBeneath, in root: borrowing Directory) throws(DurableWriteError) {
    guard durability == .full else { return }
    do throws(FileError) {
      try root.syncParent(of: path)
    } catch {
      throw .unsynced(error)
    }
  }

  /// The file's contents are elsewhere or unwanted; a name that stays behind harms nobody.
  private func discard(_ temporary: LocalPath, in root: borrowing Directory) {
    _ = try? root.unlinkIfPresent(temporary)
  }

  private func before<Value: ~Copyable>(_ body: () throws(FileError) -> Value) throws(DurableWriteError) -> Value {
    do throws(FileError) {
      return try body()
    } catch {
      throw .nothingLanded(error)
    }
  }
}

extension FileError {
  /// Whether a link or rename that failed so may have happened. EPERM is among them: sshfs gives it for a race that was
  /// lost.
  var leavesLinkUncertain: Bool {
    switch meaning {
    case .notFound, .exists, .notEmpty, .notADirectory, .isADirectory, .leadsOutside: false
    case .noSpace, .tooLarge, .unsupported: false
    case .denied: errno == EPERM
    case .wrongKind, .busy, .timedOut, .unreachable, .endOfFile, .changed, .failed: true
    }
  }
}
