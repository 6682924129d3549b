internal import Glibc
internal import Primitives

/// What is read once, from front to back: a file, a pipe, a FIFO, a terminal, or the standard input.
///
/// - No byte is lost or given twice, whatever interrupts a read and however little one brings.
/// - Waiting for a writer ends when the caller says so; nothing else waits.
package struct SequentialInput: ~Copyable, Sendable {
  private let handle: Descriptor
  private let location: FileLocation

  private init(descriptor: Int32, location: FileLocation) {
    handle = Descriptor(descriptor)
    self.location = location
  }

  /// Opens what its user named; links on the way are the user's and followed. A FIFO is not waited for here.
  package init(path: String) throws(FileError) {
    let location = FileLocation(Array(path.utf8))
    guard !path.isEmpty, !path.utf8.contains(0) else { throw FileError(.open, location, .notFound) }
    let flags = O_RDONLY | O_NONBLOCK | O_NOCTTY
    self.init(descriptor: try Syscalls.open(path: location, flags: flags), location: location)
  }

  /// The standard input of this process, which stays open for others.
  package static func standard() throws(FileError) -> SequentialInput {
    let location = FileLocation(Array("the standard input".utf8))
    return SequentialInput(descriptor: try Syscalls.duplicate(STDIN_FILENO, location), location: location)
  }

  package func status() throws(FileError) -> FileStatus {
    try Syscalls.status(handle.number, location)
  }

  /// The next bytes, at most `count`; none at the end.
  ///
  /// - Parameter keepsWaiting: is asked every tenth of a second while a writer is waited for.
  /// - Throws: `.timedOut` when it says no.
  package mutating func next(
    upTo count: Int, keepsWaiting: () -> Bool = { true }
  ) throws(FileError) -> [UInt8] {
    guard count > 0, count <= FileLimits.arrayByteCountMax else { throw FileError(.read, location, .tooLarge) }
    while true {
      try wait(keepsWaiting)
      do throws(FileError) {
        return try read(upTo: count)
      } catch {
        // Somebody who shares the pipe was faster.
        guard error.errno == EAGAIN else { throw error }
      }
    }
  }

  private func wait(_ keepsWaiting: () -> Bool) throws(FileError) {
    while try !Syscalls.waitForInput(handle.number, milliseconds: 100, location) {
      guard keepsWaiting() else { throw FileError(.wait, location, .timedOut) }
    }
  }

  private func read(upTo count: Int) throws(FileError) -> [UInt8] {
    var result: Result<Void, FileError> = .success(())
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(FileError) {
        filled = try unsafe Syscalls.readNext(handle.number, into: UnsafeMutableRawBufferPointer(buffer), location)
      } catch {
        result = .failure(error)
      }
    }
    try result.get()
    return bytes
  }
}
