package import FileIO
package import Primitives
internal import SnapshotStore
internal import Synchronization

/// The files of a directory, opened beneath it and through no symbolic link; a few stay open.
package final class LocalTree: BaseFiles {
  private final class Cached: Sendable {
    let path: [UInt8]
    let file: OpenFile

    init(path: [UInt8], file: consuming OpenFile) {
      self.path = path
      self.file = file
    }
  }

  private static let openFileCountMax = 8

  package let directory: Directory
  private let cached = Mutex<[Cached]>([])

  package init(_ directory: consuming Directory) {
    self.directory = directory
  }

  package func read(_ path: RelativePath, at offset: UInt64, count: Int) -> [UInt8]? {
    bytes(of: path, at: offset, count: count)
  }

  /// The bytes at `offset`, or nil where the file cannot be read or ends before.
  func bytes(of path: some PathBeneath, at offset: UInt64, count: Int) -> [UInt8]? {
    guard let cached = open(path.bytes, path), let bytes = try? cached.file.read(upTo: count, at: offset) else {
      return nil
    }
    return bytes.count == count ? bytes : nil
  }

  /// Whether the chunk `id` stands at `offset`.
  func holds(_ id: Digest, byteCount: Int, at offset: UInt64, of path: some PathBeneath) -> Bool {
    guard let bytes = bytes(of: path, at: offset, count: byteCount) else { return false }
    return Digest.of(bytes.rawSpan) == id
  }

  /// Forgets open files: names may stand for others from now on.
  func forget() {
    cached.withLock { $0.removeAll() }
  }

  private func open(_ key: [UInt8], _ path: some PathBeneath) -> Cached? {
    if let found = cached.withLock({ $0.first { $0.path == key } }) { return found }
    guard let opened = box(key, path) else { return nil }
    cached.withLock { files in
      if files.count >= LocalTree.openFileCountMax { files.removeFirst() }
      files.append(opened)
    }
    return opened
  }

  private func box(_ key: [UInt8], _ path: some PathBeneath) -> Cached? {
    do throws(FileError) {
      return Cached(path: key, file: try directory.open(path, for: .read))
    } catch {
      return nil
    }
  }
}
