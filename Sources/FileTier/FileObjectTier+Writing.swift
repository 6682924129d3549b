internal import FileIO
package import ObjectTier
package import Primitives
package import SnapshotFormat

extension FileObjectTier {
  package func create(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) -> CreateOutcome {
    let path = try path(of: key)
    do throws(DurableWriteError) {
      let outcome = try writer.create(path, in: root, mode: .immutable) { file throws(FileError) in
        try file.write(bytes, at: 0)
      }
      return outcome == .created ? .created : .exists
    } catch {
      throw TierError(error, key: key, location: location)
    }
  }

  package func replace(_ key: ObjectKey, _ bytes: [UInt8]) throws(TierError) {
    let path = try path(of: key)
    do throws(DurableWriteError) {
      try writer.replace(path, in: root, mode: .file) { file throws(FileError) in try file.write(bytes, at: 0) }
    } catch {
      throw TierError(error, key: key, location: location)
    }
  }

  package func remove(_ key: ObjectKey) throws(TierError) {
    let path = try path(of: key)
    try attempt(key) { () throws(FileError) in
      if try root.unlinkIfPresent(path), durability == .full { try root.syncParent(of: path) }
    }
  }

  package func quarantine(_ key: ObjectKey, mark: UniqueName) throws(TierError) {
    let source = try path(of: key)
    let target = try path(of: .quarantine(key, mark: mark))
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
