internal import FileIO
package import Primitives
internal import SnapshotStore
internal import Synchronization

/// A reader's grip on a plain copy: while it lasts, no sync patches its files where they are
/// (formats/copy-state.md §5).
///
/// A sync that exchanges the tree, or replaces files, goes on: what a reader has open or mapped stays what it was.
package final class PinnedCopy: Sendable {
  private struct Grip: ~Copyable {
    var lock: FileLock?
  }

  private let grip: Mutex<Grip>

  private init(_ lock: consuming FileLock) {
    grip = Mutex(Grip(lock: lock))
  }

  /// Gives the copy free. Once is enough; it happens by itself with the last reference.
  package func release() {
    grip.withLock { $0.lock = nil }
  }

  /// Pins what is in a directory now.
  ///
  /// - Throws: `.busy` when a sync patches it all the time, `.store(.file)` for one that this user may not pin.
  package static func pin(
    _ directory: String, deadline: Deadline, clock: some MonotonicClock
  ) throws(SyncError) -> PinnedCopy {
    while true {
      let tree = LocalTree(try filing { () throws(FileError) in try Directory(path: directory) })
      let pinned = try shared(tree, deadline, clock)
      if try SnapshotSync.isStill(tree, directory) { return pinned }
      guard !deadline.hasPassed(on: clock) else {
        throw .busy("\(Printable.string(directory)) was being replaced all the time")
      }
    }
  }

  private static func shared(
    _ tree: LocalTree, _ deadline: Deadline, _ clock: some MonotonicClock
  ) throws(SyncError) -> PinnedCopy {
    do throws(FileError) {
      return PinnedCopy(
        try FileLock.acquire(StatePath.pin, in: tree.directory, .shared, deadline: deadline, clock: clock))
    } catch {
      guard error.meaning == .timedOut else { throw .file(error) }
      throw .busy("\(tree.directory.path) is being patched in place by another process")
    }
  }

  /// Runs `body`, which patches files of the tree, while nobody reads them.
  ///
  /// - Throws: `.busy`, before anything is touched, when somebody does.
  static func whileUnpinned<Value>(
    _ tree: LocalTree, _ clock: any MonotonicClock, _ body: () throws(SyncError) -> Value
  ) throws(SyncError) -> Value {
    let lock = try filing { () throws(FileError) in try FileLock.exclusivePin(in: tree.directory, clock) }
    guard let lock else { throw .busy("\(tree.directory.path) is pinned by a reader, and would change under it") }
    let value = try body()
    try? lock.release()
    return value
  }
}
