internal import Glibc

/// An open regular file, and the only one who closes it.
///
/// - Opened through `Directory.open`, beneath a directory and through no symbolic link.
/// - Reads and writes name their offset: there is no shared position, so threads may use one file at once.
/// - After `sync` failed the file's contents are unknown: throw it away and write a new one; never sync again.
package struct OpenFile: ~Copyable, Sendable {
  /// What the file is opened for.
  package enum Intent: Sendable, Equatable {
    /// What is there, to be read.
    case read
    /// A file that is not there yet; one that is, is refused.
    case newFile(FileMode)
    /// What is there, to be read and changed.
    case readWrite
    /// What is there, or else a new file, to be read and changed.
    case readWriteOrNew(FileMode)
  }

  private let handle: Descriptor
  let location: FileLocation

  init(descriptor: Int32, location: FileLocation) {
    self.handle = Descriptor(descriptor)
    self.location = location
  }

  var descriptor: Int32 { handle.number }

  /// The file's path, for messages.
  package var path: String { location.description }

  /// Closes, and says what closing failed with; the file is closed either way. Where bytes must not be lost, `sync`
  /// first.
  package consuming func close() throws(FileError) {
    try handle.close(location)
  }

  package func status() throws(FileError) -> FileStatus {
    try Syscalls.status(descriptor, location)
  }

  /// The status, if the file is a regular one.
  func regularStatus() throws(FileError) -> FileStatus {
    let status = try status()
    guard status.kind == .file else { throw FileError(.open, location, .wrongKind) }
    return status
  }

  /// Makes what was written durable. Not the name: for that the directory is synced.
  package func sync() throws(FileError) {
    try Syscalls.sync(descriptor, location)
  }

  /// Has the system begin to write out what was written, so that less is left for `sync` to wait for. Nothing is
  /// durable by it, and nothing happens where the file system cannot.
  ///
  /// - Throws: what kept it from being written out: the file is as lost as after a `sync` that failed.
  package func beginWritingOut() throws(FileError) {
    do throws(FileError) {
      try Syscalls.beginWritingOut(descriptor, location)
    } catch {
      guard error.meaning == .unsupported else { throw error }
    }
  }

  /// Gives the pages of what was synced back to the system: nobody will read them soon.
  package func forgetPages() {
    Syscalls.forgetPages(descriptor)
  }

  package func changeMode(to mode: FileMode) throws(FileError) {
    try Syscalls.changeMode(descriptor, to: mode, location)
  }

  /// Gives the file to a user and a group, by number. The system takes its set-id bits away: change the mode
  /// afterwards.
  /// - Throws: `.denied` for who may not; in general only root may give files away.
  package func changeOwner(user: UInt32, group: UInt32) throws(FileError) {
    try Syscalls.changeOwner(descriptor, user: user, group: group, location)
  }

  package func fileSystem() throws(FileError) -> FileSystem {
    try Syscalls.fileSystem(descriptor, location)
  }
}

extension OpenFile.Intent {
  /// A FIFO or a device that stands where a file should must not hold the caller up: hence O_NONBLOCK, which regular
  /// files ignore.
  var flags: Int32 {
    switch self {
    case .read: O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
    case .newFile: O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW
    case .readWrite: O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
    case .readWriteOrNew: O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
    }
  }

  var mode: FileMode {
    switch self {
    case .newFile(let mode), .readWriteOrNew(let mode): mode
    case .read, .readWrite: .private
    }
  }
}
