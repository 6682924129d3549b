internal import FileIO
package import Primitives
internal import SnapshotStore
internal import Synchronization

/// A reader's grip on a generation: while it lasts, nothing removes or changes what is in it.
package final class PinnedGeneration: Sendable {
  package let name: GenerationName
  package let contentHash: Digest
  private let lock: Mutex<Grip>

  private struct Grip: ~Copyable {
    var lock: FileLock?
  }

  private init(_ name: GenerationName, _ contentHash: Digest, _ lock: consuming FileLock) {
    self.name = name
    self.contentHash = contentHash
    self.lock = Mutex(Grip(lock: lock))
  }

  /// Gives the generation free. Once is enough; it happens by itself with the last reference.
  package func release() {
    lock.withLock { $0.lock = nil }
  }

  /// Pins a generation of a directory, the one `current` leads to or another.
  ///
  /// The generation is opened first, its pin locked, and then its name looked up again: it may have been evicted, or
  /// replaced, in between.
  /// - Throws: `.notFound` where there is none, or it is not complete.
  package static func pin(
    _ wanted: GenerationName? = nil, in directory: String, deadline: Deadline, clock: some MonotonicClock
  ) throws(SyncError) -> PinnedGeneration {
    let tree = LocalTree(try filing { () throws(FileError) in try Directory(path: directory) })
    let generations = Generations(tree, random: SystemRandomSource(), clock: clock)
    while true {
      let newest = try filing { () throws(FileError) in try generations.newest() }
      guard let name = wanted ?? newest else {
        throw .store(.notFound("\(Printable.string(directory)) has no generation that is current"))
      }
      if let pinned = try attempt(name, in: tree) { return pinned }
      guard !deadline.hasPassed(on: clock) else {
        throw .busy("\(name.text) in \(Printable.string(directory)) was being replaced all the time")
      }
      clock.sleep(nanoseconds: 1_000_000)
    }
  }

  /// Nil when the name stands for something else by now.
  private static func attempt(_ name: GenerationName, in tree: LocalTree) throws(SyncError) -> PinnedGeneration? {
    let generation = try filing { () throws(FileError) in try tree.directory.openDirectory(name) }
    let contentHash = try filing { () throws(FileError) in try Generations.contentHash(in: generation) }
    guard let contentHash else { throw .store(.notFound("\(name.text) is not complete")) }
    do throws(FileError) {
      guard let lock = try FileLock.attempt(StatePath.pin, in: generation, .shared) else { return nil }
      guard let named = try tree.directory.statusIfPresent(of: name),
        named.isSameFile(as: try generation.status())
      else { return nil }
      return PinnedGeneration(name, contentHash, lock)
    } catch {
      throw .file(error)
    }
  }
}
