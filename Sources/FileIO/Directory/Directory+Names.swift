internal import CSystemCalls
internal import Glibc
internal import Primitives

/// Names in a directory: made, moved, looked at, removed. None of these follows a symbolic link; none is durable before
/// `sync`.
extension Directory {
  /// The status of what `path` names; of a link itself, never of its target.
  package func status(of path: some PathBeneath) throws(FileError) -> FileStatus {
    try parent(of: path) { name throws(FileError) in try Syscalls.status(of: name) }
  }

  /// The status of what `path` names, or nil when there is nothing, or nothing it could be in.
  package func statusIfPresent(of path: some PathBeneath) throws(FileError) -> FileStatus? {
    do throws(FileError) {
      return try status(of: path)
    } catch {
      guard error.meaning == .notFound || error.meaning == .notADirectory else { throw error }
      return nil
    }
  }

  /// The room that a file takes: holes take none, what lies beyond the end does.
  package func allocatedByteCount(of path: some PathBeneath) throws(FileError) -> UInt64 {
    try parent(of: path) { name throws(FileError) in try Syscalls.allocatedByteCount(of: name) }
  }

  package func makeDirectory(_ path: some PathBeneath, mode: FileMode = .directory) throws(FileError) {
    try parent(of: path) { name throws(FileError) in try Syscalls.makeDirectory(name, mode: mode) }
  }

  /// Gives the file `source` a second name. Exclusive: one that is there is refused with `.exists`.
  package func link(_ source: some PathBeneath, to target: some PathBeneath) throws(FileError) {
    try link(source, to: target, in: self)
  }

  package func link(
    _ source: some PathBeneath, to target: some PathBeneath, in other: borrowing Directory
  ) throws(FileError) {
    try parent(of: source) { from throws(FileError) in
      try other.parent(of: target) { to throws(FileError) in try Syscalls.link(from, to: to) }
    }
  }

  package func makeSymbolicLink(_ path: some PathBeneath, target: [UInt8]) throws(FileError) {
    try parent(of: path) { name throws(FileError) in
      guard !target.isEmpty, !target.contains(0), target.count < FileLimits.linkTargetByteCountMax else {
        throw FileError(.makeSymbolicLink, name.location, .tooLarge)
      }
      try Syscalls.makeSymbolicLink(name, target: target)
    }
  }

  /// The target of the link `path`, as bytes.
  package func readLink(_ path: some PathBeneath) throws(FileError) -> [UInt8] {
    try parent(of: path) { name throws(FileError) in try readLink(name) }
  }

  /// A path that leads this process to this very directory, for as long as it is open.
  package var ownPath: String { "/proc/self/fd/\(descriptor)" }

  /// Where the directory stands now, from the root: whatever it is renamed to later.
  package func absolutePath() throws(FileError) -> [UInt8] {
    let link = Array(ownPath.utf8)
    return try readLink(Name(directory: descriptor, bytes: link[...], location: location))
  }

  private func readLink(_ name: Name) throws(FileError) -> [UInt8] {
    var buffer = [CChar](repeating: 0, count: FileLimits.linkTargetByteCountMax + 1)
    var result: Result<Int, FileError> = .success(0)
    unsafe buffer.withUnsafeMutableBufferPointer { pointer in
      do throws(FileError) {
        result = .success(try unsafe Syscalls.readLink(name, into: pointer))
      } catch {
        result = .failure(error)
      }
    }
    let count = try result.get()
    guard count <= FileLimits.linkTargetByteCountMax else { throw FileError(.readLink, name.location, .tooLarge) }
    return buffer[..<count].map { UInt8(bitPattern: $0) }
  }

  /// What becomes of a name that is there already.
  package enum RenamePolicy: Sendable {
    /// It is replaced.
    case replace
    /// It is refused with `.exists`.
    case refuse
    /// The two change places, at once.
    case exchange

    var flags: UInt32 {
      switch self {
      case .replace: 0
      case .refuse: 1
      case .exchange: 2
      }
    }
  }

  package func rename(
    _ source: some PathBeneath, to target: some PathBeneath, _ policy: RenamePolicy
  ) throws(FileError) {
    try rename(source, to: target, in: self, policy)
  }

  package func rename(
    _ source: some PathBeneath, to target: some PathBeneath, in other: borrowing Directory, _ policy: RenamePolicy
  ) throws(FileError) {
    try parent(of: source) { from throws(FileError) in
      try other.parent(of: target) { to throws(FileError) in try Syscalls.rename(from, to: to, flags: policy.flags) }
    }
  }

  /// Lets two names change places, at once: nobody ever finds one of them missing.
  /// - Throws: `.unsupported` where the file system cannot; nothing has changed then.
  package func exchange(_ path: some PathBeneath, with other: some PathBeneath) throws(FileError) {
    try rename(path, to: other, in: self, .exchange)
  }

  /// Removes a name that is not a directory's.
  package func unlink(_ path: some PathBeneath) throws(FileError) {
    try parent(of: path) { name throws(FileError) in try Syscalls.unlink(name, isDirectory: false) }
  }

  /// Removes a name that is not a directory's, if it is there.
  /// - Returns: whether it was.
  @discardableResult
  package func unlinkIfPresent(_ path: some PathBeneath) throws(FileError) -> Bool {
    do throws(FileError) {
      try unlink(path)
      return true
    } catch {
      guard error.meaning == .notFound || error.meaning == .notADirectory else { throw error }
      return false
    }
  }

  /// Removes an empty directory.
  package func removeDirectory(_ path: some PathBeneath) throws(FileError) {
    try parent(of: path) { name throws(FileError) in try Syscalls.unlink(name, isDirectory: true) }
  }

  /// Changes the mode of a file or directory.
  /// - Throws: `.unsupported` for a symbolic link, whose mode means nothing.
  package func changeMode(of path: some PathBeneath, to mode: FileMode) throws(FileError) {
    try parent(of: path) { name throws(FileError) in try Syscalls.changeMode(name, to: mode) }
  }

  /// Gives what `path` names to a user and a group, by number: a link itself, not its target. The system takes the
  /// set-id bits of a file away: change the mode afterwards.
  /// - Throws: `.denied` for who may not; in general only root may give files away.
  package func changeOwner(of path: some PathBeneath, user: UInt32, group: UInt32) throws(FileError) {
    try parent(of: path) { name throws(FileError) in try Syscalls.changeOwner(name, user: user, group: group) }
  }
}

extension Directory {
  /// Opens a directory as its user named it, after making it and what is missing above it; what is made is durable.
  package static func makeAll(path: String, mode: FileMode = .directory) throws(FileError) -> Directory {
    do throws(FileError) {
      return try Directory(path: path)
    } catch {
      guard error.meaning == .notFound else { throw error }
    }
    let trimmed = path.utf8.reversed().drop { $0 == UInt8(ascii: "/") }
    let name = trimmed.prefix { $0 != UInt8(ascii: "/") }
    let above = String(decoding: trimmed.dropFirst(name.count).reversed(), as: UTF8.self)
    let parent = try makeAll(path: above.isEmpty ? "." : above, mode: mode)
    let child = try LocalPath(checking: String(decoding: name.reversed(), as: UTF8.self))
    do throws(FileError) {
      try parent.makeDirectory(child, mode: mode)
    } catch {
      guard error.meaning == .exists else { throw error }
    }
    try parent.sync()
    return try Directory(path: path)
  }

  /// Syncs the directory that `path` lies in.
  package func syncParent(of path: some PathBeneath) throws(FileError) {
    guard let parent = LocalPath.ancestors(of: path).last else { return try sync() }
    try openDirectory(parent).sync()
  }
}
