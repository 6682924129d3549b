internal import FileIO
package import ObjectTier
package import Primitives
package import SnapshotFormat
internal import Synchronization

extension FileObjectTier {
  package func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome {
    try create(key, bytes.rawSpan)
  }

  /// The same of bytes that lie elsewhere than in an array.
  package func create(_ key: ObjectKey, _ bytes: RawSpan) throws(TierError) -> CreateOutcome {
    let path = try path(of: key)
    do throws(DurableWriteError) {
      let pages = count(creating: bytes.byteCount)
      let outcome = try writer.create(path, in: root, mode: .immutable, pages: pages) { file throws(FileError) in
        try file.write(bytes, at: 0)
      }
      removeLeftoversOnce()
      return outcome == .created ? .created : .exists
    } catch {
      throw failure(error, key, byteCount: bytes.byteCount)
    }
  }

  /// Counts an object that is created now, and says what becomes of its pages.
  private func count(creating byteCount: Int) -> DurableWriter.Pages {
    let written = writtenByteCount.withLock { written in
      written += byteCount
      return written
    }
    return written > keptByteCountMax && durability == .full ? .givenBack : .kept
  }

  package func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) {
    let path = try path(of: key)
    do throws(DurableWriteError) {
      try writer.replace(path, in: root, mode: .file) { file throws(FileError) in try file.write(bytes, at: 0) }
    } catch {
      throw failure(error, key, byteCount: bytes.count)
    }
  }

  /// What a write failed with; of a file system that is full, with how much is missing for this object.
  private func failure(_ error: DurableWriteError, _ key: ObjectKey, byteCount: Int) -> TierError {
    guard case .nothing = error.landing, error.cause.meaning == .noSpace,
      let free = try? root.fileSystem().freeByteCount
    else { return TierError(error, key: key, location: location) }
    let needed = UInt64(byteCount)
    let missing = needed - min(needed, free)
    return TierError(
      .noSpace(missing: missing > 0 ? missing : nil), key: key, location: location, reason: "no space left")
  }

  package func remove(_ key: ObjectKey) throws(TierError) {
    let path = try path(of: key)
    openPacks.letGo(key)
    try attempt(key) { () throws(FileError) in
      if try root.unlinkIfPresent(path), durability == .full { try root.syncParent(of: path) }
    }
  }

  package func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError) {
    let source = try path(of: key)
    let target = try path(of: .quarantine(key, mark: mark))
    openPacks.letGo(key)
    try attempt(key) { () throws(FileError) in
      try writer.makeParents(of: target, in: root)
      try root.rename(source, to: target, .replace)
      guard durability == .full else { return }
      // The new name first: a crash in between leaves the object twice rather than not at all.
      try root.syncParent(of: target)
      try root.syncParent(of: source)
    }
  }
}
