package import FileIO
package import ObjectTier
package import Primitives
internal import SnapshotFormat
internal import Synchronization

/// A store in a directory.
///
/// - Keys are paths beneath the root; a symbolic link anywhere in one is refused, so no key leads out of it.
/// - `create` links a complete, synced file to its name (formats/store.md §4): that is the whole protocol, and the same
///   on a local disk and on a shared one.
/// - Unfinished files lie in `tmp/`, which nobody reads; what a dead process leaves there, a later writer removes.
package final class FileObjectTier: ObjectTier {
  /// Where the tier is and what it is for.
  package struct Options: Sendable {
    package var role: TierRole
    /// Makes the root when it is missing: for `init`, and for a cache. Otherwise a missing root is an error, so that a
    /// mount that is not there does not become an empty store.
    package var createIfMissing: Bool
    /// `.none` is for a cache: all of it can be had again.
    package var durability: Durability
    /// So much of what is created stays in the system's memory; what comes after it gives its pages back once it is
    /// synced, so that a snapshot of gigabytes pushes nothing out that others read.
    package var keptByteCountMax = 128 << 20
    /// For so long a pack stays open once it was: for mounts, where to open takes round trips. 0: not at all.
    package var keepsPacksOpenSeconds = 0.0

    package init(role: TierRole, createIfMissing: Bool = false, durability: Durability = .full) {
      self.role = role
      self.createIfMissing = createIfMissing
      self.durability = durability
    }
  }

  package let role: TierRole
  package let location: String
  let root: Directory
  let durability: Durability
  let keptByteCountMax: Int
  let writer: DurableWriter
  let openPacks: OpenPacks
  let hasWritten = Mutex(false)
  /// Bytes of all objects created by this tier.
  let writtenByteCount = Mutex(0)

  private init(root: consuming Directory, location: String, options: Options, random: any RandomSource) {
    self.root = root
    self.location = location
    role = options.role
    durability = options.durability
    keptByteCountMax = options.keptByteCountMax
    openPacks = OpenPacks(seconds: options.keepsPacksOpenSeconds)
    writer = DurableWriter(temporaryDirectory: .local("tmp"), durability: options.durability, random: random)
  }

  /// Opens the tier in the directory `path`.
  ///
  /// - Parameter location: how messages name it; the path by default.
  /// - Throws: `.notFound` when the directory is missing and not to be made.
  package static func open(
    _ path: String, location: String? = nil, options: Options, random: any RandomSource
  ) throws(TierError) -> FileObjectTier {
    let location = location ?? Printable.string(path)
    do throws(FileError) {
      let root = options.createIfMissing ? try Directory.makeAll(path: path) : try Directory(path: path)
      return FileObjectTier(root: root, location: location, options: options, random: random)
    } catch {
      throw TierError(error, location: location)
    }
  }

  /// What is known of the file system the tier lies on.
  package func fileSystem() throws(TierError) -> FileSystem {
    try attempt(nil) { () throws(FileError) in try root.fileSystem() }
  }

  /// The kernel's number of the mount the root lies on; 0 where it cannot be had.
  package var mountIdentifier: UInt64 { root.mountIdentifier }
}

extension FileObjectTier {
  func path(of key: ObjectKey) throws(TierError) -> LocalPath {
    guard let path = LocalPath(key.string) else {
      throw TierError(.denied, key: key, location: location, reason: "the key names nothing in a store")
    }
    return path
  }

  func attempt<Value: ~Copyable>(
    _ key: ObjectKey?, _ body: () throws(FileError) -> Value
  ) throws(TierError) -> Value {
    do throws(FileError) {
      return try body()
    } catch {
      throw TierError(error, key: key, location: location)
    }
  }
}
