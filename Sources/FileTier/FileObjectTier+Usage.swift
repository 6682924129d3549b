internal import FileIO
package import ObjectTier
package import Primitives
package import SnapshotFormat

/// An object of a cache, and when it was last of use.
package struct CachedObject: Sendable, Equatable {
  package let key: ObjectKey
  package let byteCount: UInt64
  /// As its file system has it: exact to the hour.
  package let used: Timestamp

  package init(key: ObjectKey, byteCount: UInt64, used: Timestamp) {
    self.key = key
    self.byteCount = byteCount
    self.used = used
  }
}

extension FileObjectTier {
  /// What is read again within this time is not noted again: a note is a request to the file system.
  private static let useNanoseconds: Int64 = 3_600_000_000_000

  /// Notes in a cached object's time of change that it was read: access times are off, or lazy, on most mounts.
  ///
  /// Costs a look at the open file, and once an hour a change. Whatever fails is left out: it is a hint.
  func noteUse(of file: borrowing OpenFile) {
    guard let status = try? file.status() else { return }
    let now = SystemClock().now().milliseconds * 1_000_000
    guard now - status.modifiedNanoseconds > FileObjectTier.useNanoseconds else { return }
    try? file.touch()
  }

  /// All objects below a prefix, with when they were last of use. One that goes meanwhile is left out.
  ///
  /// Memory grows with their number.
  package func objects(below prefix: ObjectPrefix) throws(TierError) -> [CachedObject] {
    var objects: [CachedObject] = []
    var last: ObjectKey?
    while true {
      let keys = try list(prefix, after: last, limit: 1_000)
      for key in keys {
        let path = try path(of: key)
        let status = try attempt(key) { () throws(FileError) in try root.statusIfPresent(of: path) }
        guard let status, status.kind == .file else { continue }
        let used = Timestamp(milliseconds: status.modifiedNanoseconds / 1_000_000)
        objects.append(CachedObject(key: key, byteCount: status.byteCount, used: used))
      }
      guard keys.count == 1_000 else { return objects }
      last = keys.last
    }
  }
}
