internal import FileIO
internal import Primitives
internal import Synchronization

extension FileObjectTier {
  /// A file that was last written so long ago is nobody's (formats/store.md §4): no write lasts that long.
  package static let leftoverAgeSeconds: Int64 = 24 * 60 * 60

  /// Removes unfinished files that dead processes left in `tmp/`.
  ///
  /// Their age is told by the file system itself: `tmp/` was last changed when this process wrote there, a moment ago.
  /// A writer that lives all the same fails to give its file a name, and publishes nothing.
  /// - Parameter now: seconds since 1970; nil: as the file system has it.
  /// - Returns: how many are gone. Whatever fails is left to the next writer.
  @discardableResult
  package func removeLeftovers(now: Int64? = nil) -> Int {
    guard let directory = try? root.openDirectory(.local("tmp")), let status = try? directory.status(),
      let entries = try? directory.list()
    else { return 0 }
    let now = now ?? status.modifiedNanoseconds / 1_000_000_000
    let limit = (now - FileObjectTier.leftoverAgeSeconds) * 1_000_000_000
    var count = 0
    for entry in entries {
      guard UniqueName(hex: String(decoding: entry.name, as: UTF8.self)) != nil,
        let status = try? directory.statusIfPresent(of: entry), status.kind == .file,
        max(status.modifiedNanoseconds, status.changedNanoseconds) < limit
      else { continue }
      if (try? directory.unlinkIfPresent(entry)) == true { count += 1 }
    }
    return count
  }

  /// The first write of a process looks after those that did not end theirs.
  func removeLeftoversOnce() {
    let isFirst = hasWritten.withLock { hasWritten in
      defer { hasWritten = true }
      return !hasWritten
    }
    if isFirst { removeLeftovers() }
  }
}
