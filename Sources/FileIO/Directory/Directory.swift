internal import CSystemCalls
internal import Glibc

/// An open directory, and the only one who closes it.
///
/// - All that is done in it is done relative to its descriptor: renaming it, or a directory above it, changes nothing.
/// - A path beneath it is resolved without following symbolic links, in whatever component; one that meets a link, or
///   would leave the directory, fails with `.leadsOutside`.
package struct Directory: ~Copyable, Sendable {
  private let handle: Descriptor
  let location: FileLocation

  init(descriptor: Int32, location: FileLocation) {
    self.handle = Descriptor(descriptor)
    self.location = location
  }

  var descriptor: Int32 { handle.number }

  /// Opens a directory as its user named it; symbolic links on the way are the user's and followed.
  package init(path: String) throws(FileError) {
    let location = FileLocation(Array(path.utf8))
    guard !path.isEmpty, !path.utf8.contains(0) else { throw FileError(.open, location, .notFound) }
    self.init(descriptor: try Syscalls.open(path: location, flags: O_RDONLY | O_DIRECTORY), location: location)
  }

  /// The directory's path as it was opened, for messages.
  package var path: String { location.description }

  package consuming func close() throws(FileError) {
    try handle.close(location)
  }

  /// Opens a directory beneath this one.
  package func openDirectory(_ path: some PathBeneath) throws(FileError) -> Directory {
    try parent(of: path) { name throws(FileError) in
      let flags = O_RDONLY | O_DIRECTORY
      let descriptor = try Syscalls.open(
        beneath: name.directory, Array(name.bytes), flags: flags, mode: .private, name.location)
      return Directory(descriptor: descriptor, location: name.location)
    }
  }

  /// Opens a second descriptor of this directory.
  package func reopened() throws(FileError) -> Directory {
    let flags = O_RDONLY | O_DIRECTORY
    let here = [UInt8(ascii: ".")]
    let descriptor = try Syscalls.open(beneath: descriptor, here, flags: flags, mode: .private, location)
    return Directory(descriptor: descriptor, location: location)
  }

  /// Opens a file beneath this directory.
  /// - Throws: `.wrongKind` for anything but a regular file; a FIFO or device is neither waited for nor read.
  package func open(_ path: some PathBeneath, for intent: OpenFile.Intent) throws(FileError) -> OpenFile {
    let file = try parent(of: path) { name throws(FileError) in
      let descriptor = try Syscalls.open(
        beneath: name.directory, Array(name.bytes), flags: intent.flags, mode: intent.mode, name.location)
      return OpenFile(descriptor: descriptor, location: name.location)
    }
    _ = try file.regularStatus()
    return file
  }

  /// The directory's own status.
  package func status() throws(FileError) -> FileStatus {
    try Syscalls.status(descriptor, location)
  }

  /// Makes the names in this directory durable: what was created, linked, renamed and removed.
  package func sync() throws(FileError) {
    try Syscalls.sync(descriptor, location)
  }

  package func fileSystem() throws(FileError) -> FileSystem {
    try Syscalls.fileSystem(descriptor, location)
  }

  /// The kernel's number of the mount it lies on, as `MountPoint` has it; 0 where it cannot be had.
  package var mountIdentifier: UInt64 { Syscalls.mount(of: descriptor) }

  /// Calls `body` with the path's last component and the open directory it is in.
  ///
  /// The calls that have no way to refuse links on their path are given only this component. It also makes a path of
  /// the full 4,096 bytes possible, one more than the system takes at once.
  func parent<Value: ~Copyable>(
    of path: some PathBeneath, _ body: (Name) throws(FileError) -> Value
  ) throws(FileError) -> Value {
    let bytes = path.bytes
    let start = path.nameStart
    let location = location.below(bytes)
    guard start > 0 else { return try body(Name(directory: descriptor, bytes: bytes[...], location: location)) }
    let above = Array(bytes[..<(start - 1)])
    let flags = system_open_path_only | O_DIRECTORY
    let opened = try Syscalls.open(beneath: descriptor, above, flags: flags, mode: .private, location)
    let parent = Directory(descriptor: opened, location: location)
    return try body(Name(directory: parent.descriptor, bytes: bytes[start...], location: location))
  }
}
