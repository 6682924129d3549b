package import Primitives

/// A lock between the processes and threads of one host, held until it is released or goes out of scope.
///
/// For turns at host-local things only. Between hosts `flock` does not hold (measured over sshfs), and no lock decides
/// safety.
package struct FileLock: ~Copyable, Sendable {
  package enum Sharing: Sendable { case shared, exclusive }

  private let file: OpenFile

  private init(file: consuming OpenFile) {
    self.file = file
  }

  /// Waits for the lock on the file `path`, which is created when it is missing, until `deadline`.
  ///
  /// - Throws: `.timedOut` when others held it all the time.
  package static func acquire(
    _ path: some PathBeneath, in directory: borrowing Directory, _ sharing: Sharing, deadline: Deadline,
    clock: some MonotonicClock
  ) throws(FileError) -> FileLock {
    var pause = pauseMin
    while true {
      if let lock = try attempt(path, in: directory, sharing) { return lock }
      let left = deadline.nanosecondsLeft(on: clock) ?? pauseMax
      guard left > 0 else { throw FileError(.lock, directory.location.below(path.bytes), .timedOut) }
      clock.sleep(nanoseconds: min(pause, left))
      pause = min(pause * 2, pauseMax)
    }
  }

  /// Takes the lock if it is free now.
  package static func attempt(
    _ path: some PathBeneath, in directory: borrowing Directory, _ sharing: Sharing
  ) throws(FileError) -> FileLock? {
    let file = try open(path, in: directory)
    guard try Syscalls.lock(file.descriptor, shared: sharing == .shared, file.location) else { return nil }
    // Whoever locks a file that was removed or replaced meanwhile is alone with it.
    guard let named = try directory.statusIfPresent(of: path) else { return nil }
    guard named.isSameFile(as: try file.status()) else { return nil }
    return FileLock(file: file)
  }

  /// Another user's lock file may be one to read only; that is enough to lock it.
  private static func open(
    _ path: some PathBeneath, in directory: borrowing Directory
  ) throws(FileError) -> OpenFile {
    do throws(FileError) {
      return try directory.open(path, for: .readWriteOrNew(.file))
    } catch {
      guard error.meaning == .denied else { throw error }
      return try directory.open(path, for: .read)
    }
  }

  /// Gives the lock to whoever waits.
  package consuming func release() throws(FileError) {
    try Syscalls.unlock(file.descriptor, file.location)
    try file.close()
  }

  private static let pauseMin: UInt64 = 1_000_000
  private static let pauseMax: UInt64 = 50_000_000
}
