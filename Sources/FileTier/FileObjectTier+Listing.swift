internal import FileIO
package import ObjectTier
package import SnapshotFormat

extension FileObjectTier {
  /// Memory grows with `limit` and the depth of the store, not with the number of objects.
  package func list(_ prefix: ObjectPrefix, after start: ObjectKey?, limit: Int) throws(TierError) -> [ObjectKey] {
    guard limit > 0 else { return [] }
    guard let top = LocalPath(prefix.string.dropLast()), prefix.string.hasSuffix("/") else {
      throw TierError(.denied, key: nil, location: location, reason: "\(prefix.string) is not a part of a store")
    }
    let after = start.map { Array($0.string.utf8) } ?? []
    var listing = KeyListing(after: after, limit: min(limit, TierLimits.listCountMax))
    try attempt(nil) { () throws(FileError) in try listing.collect(top, in: root) }
    return listing.keys
  }
}

/// Collects the keys of files, in ascending order of bytes.
private struct KeyListing {
  private let start: [UInt8]
  private let limit: Int
  private(set) var keys: [ObjectKey] = []
  /// Names of one directory looked at together.
  private static let batchCount = 1_024
  /// No key of a store is deeper; what is, is not an object.
  private static let depthMax = 8

  init(after start: [UInt8], limit: Int) {
    self.start = start
    self.limit = limit
  }

  mutating func collect(_ path: LocalPath, in root: borrowing Directory, depth: Int = 0) throws(FileError) {
    guard depth < KeyListing.depthMax, let directory = try open(path, in: root) else { return }
    var last: [UInt8] = []
    while keys.count < limit {
      let batch = try nextNames(in: directory, path, after: last)
      guard let end = batch.last else { return }
      for name in batch where keys.count < limit {
        try take(name, in: root, depth: depth)
      }
      last = end.key
    }
  }

  private struct NamedKey {
    /// The whole key; of a directory with `/` behind it.
    let key: [UInt8]
    let isDirectory: Bool
  }

  private mutating func take(_ name: NamedKey, in root: borrowing Directory, depth: Int) throws(FileError) {
    let key = name.isDirectory ? name.key.dropLast() : name.key[...]
    // A name that is not text is no object's.
    guard let text = String(validating: key, as: UTF8.self) else { return }
    if name.isDirectory {
      if let path = LocalPath(text) { try collect(path, in: root, depth: depth + 1) }
    } else if let key = ObjectKey(listed: text) {
      keys.append(key)
    }
  }

  /// The least names above `last` that lie behind `start` or lead there.
  private func nextNames(
    in directory: borrowing Directory, _ path: LocalPath, after last: [UInt8]
  ) throws(FileError) -> [NamedKey] {
    var names: [NamedKey] = []
    try directory.forEachEntry { entry throws(FileError) in
      guard let name = try key(of: entry, in: directory, path) else { return }
      let isWanted = precedes(start, name.key) || (name.isDirectory && start.starts(with: name.key))
      guard isWanted, precedes(last, name.key) else { return }
      names.append(name)
      if names.count >= 2 * KeyListing.batchCount { KeyListing.keepLeast(&names) }
    }
    KeyListing.keepLeast(&names)
    return names
  }

  private func key(
    of entry: DirectoryEntry, in directory: borrowing Directory, _ path: LocalPath
  ) throws(FileError) -> NamedKey? {
    let kind = entry.kind == .unknown ? try directory.statusIfPresent(of: entry)?.kind : entry.kind
    let key = path.bytes + [slash] + entry.name
    switch kind {
    case .file: return NamedKey(key: key, isDirectory: false)
    case .directory: return NamedKey(key: key + [slash], isDirectory: true)
    default: return nil
    }
  }

  private static func keepLeast(_ names: inout [NamedKey]) {
    names.sort { precedes($0.key, $1.key) }
    names.removeLast(max(0, names.count - batchCount))
  }

  private func open(_ path: LocalPath, in root: borrowing Directory) throws(FileError) -> Directory? {
    do throws(FileError) {
      return try root.openDirectory(path)
    } catch {
      guard error.meaning == .notFound else { throw error }
      return nil
    }
  }
}

private func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  left.lexicographicallyPrecedes(right)
}

private let slash = UInt8(ascii: "/")
