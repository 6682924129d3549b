internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// A directory against a version, or a part of one: every byte is hashed, no hint believed (`diff NAME DIR`,
/// `verify --local`).
///
/// One pass over both, in order of path; reads only, follows no link, takes no lock. What vanishes meanwhile is not
/// there.
package struct DirectoryComparison {
  /// Whether what the directory's ignore files keep out of versions counts as a difference.
  package var countsIgnored = false
  private let tree: LocalTree
  private let jobs: Int
  private let control: SyncControl

  /// - Throws: `.store(.file)` when the directory cannot be opened.
  package init(directory: String, jobs: Int, control: SyncControl) throws(SyncError) {
    self.init(tree: LocalTree(try filing { () throws(FileError) in try Directory(path: directory) }), jobs, control)
  }

  init(tree: LocalTree, _ jobs: Int, _ control: SyncControl) {
    self.tree = tree
    self.jobs = jobs
    self.control = control
  }

  /// Calls `body` with every difference in order of path, old being the version, new the directory.
  ///
  /// - Returns: how many there are.
  package func compare(
    with content: VersionContent, _ body: (TreeDifference) throws(SyncError) -> Void
  ) throws(SyncError) -> UInt64 {
    var count: UInt64 = 0
    func tell(_ difference: TreeDifference) throws(SyncError) {
      count += 1
      try body(difference)
    }
    func removed(_ entry: FileEntry) -> TreeDifference {
      TreeDifference(path: entry.path, change: .removed, oldBytes: entry.byteCount)
    }
    var ignored = IgnoreLookup()
    var entries = try EntryStream(content)
    var walk = try filing { () throws(FileError) in try TreeWalk(tree.directory.reopened()) }
    while let found = try filing({ () throws(FileError) in try walk.next() }) {
      try control.check()
      while let entry = try entries.peek(), entry.path < found.path {
        try tell(removed(entry))
        entries.pop()
      }
      let entry = try entries.peek()
      let isSame = entry?.path == found.path
      if !isSame, !countsIgnored, try isIgnored(found, &ignored) {
        if found.content == .directory { walk.skipBelow(found) }
        continue
      }
      if let difference = try difference(at: found, isSame ? entry : nil, content.manifest) { try tell(difference) }
      if isSame { entries.pop() }
    }
    while let entry = try entries.peek() {
      try tell(removed(entry))
      entries.pop()
    }
    return count
  }

  private func isIgnored(_ found: TreeEntry, _ ignored: inout IgnoreLookup) throws(SyncError) -> Bool {
    try storing { () throws(StoreError) in
      try ignored.leavesOut(found.path, isDirectory: found.content == .directory, in: tree.directory)
    }
  }

  private func difference(
    at found: TreeEntry, _ entry: FileEntry?, _ manifest: ManifestReader
  ) throws(SyncError) -> TreeDifference? {
    let mode = found.status.mode.bits
    switch found.content {
    case .unsupported:
      // No version can have it; that it is there is no difference, that it is in the place of something is.
      return entry.map { TreeDifference(path: found.path, change: .kind, oldBytes: $0.byteCount) }
    case .directory:
      return difference(found, FileEntry(path: found.path, mode: mode, content: .directory), entry)
    case .symbolicLink(let target):
      let local = FileEntry(path: found.path, mode: 0o777, content: .link(target: target))
      return difference(found, local, entry)
    case .file:
      guard let (digest, byteCount, changed) = try hash(found, entry, manifest) else {
        return entry.map { TreeDifference(path: found.path, change: .removed, oldBytes: $0.byteCount) }
      }
      let local = FileContent(
        byteCount: byteCount, digest: digest, profile: .contentDefined, chunkCount: 0, chunks: .inline([]))
      return difference(
        found, FileEntry(path: found.path, mode: mode, content: .file(local)), entry, chunksChanged: changed)
    }
  }

  private func difference(
    _ found: TreeEntry, _ local: FileEntry, _ entry: FileEntry?, chunksChanged: Int = 0
  ) -> TreeDifference? {
    if let entry, entry.hasSameContent(as: local) { return nil }
    let change: TreeDifference.Change =
      switch entry {
      case nil: .added
      case let entry? where entry.typeCode != local.typeCode: .kind
      case let entry? where entry.digest == local.digest && entry.byteCount == local.byteCount: .mode
      case let entry?: entry.typeCode == 3 ? .target : .content
      }
    return TreeDifference(
      path: found.path, change: change, oldBytes: entry?.byteCount ?? 0, newBytes: local.byteCount,
      chunksChanged: chunksChanged)
  }
}

// MARK: - Hashing

extension DirectoryComparison {
  private struct Chunk: Sendable {
    let offset: UInt64
    let bytes: [UInt8]
  }

  private static let windowByteCount = 4 << 20

  /// The file's digest, its byte count, and how many of its chunks the entry does not have in the same place; nil for
  /// one that has vanished.
  private func hash(
    _ found: TreeEntry, _ entry: FileEntry?, _ manifest: ManifestReader
  ) throws(SyncError) -> (Digest, UInt64, Int)? {
    guard let input = try openIfPresent(found.path) else { return nil }
    var cutter = try storing { () throws(StoreError) in try FileCutter(input) }
    var before: ChunkStream?
    if case .file(let file)? = entry?.content { before = try ChunkStream(file, in: manifest) }
    var ahead = try before?.next()
    var digest = FileDigestBuilder()
    var changed = 0
    while true {
      try control.check()
      let chunks = try window(&cutter)
      guard !chunks.isEmpty else { break }
      let ids = Parallel.digests(of: chunks.map(\.bytes), jobs: jobs)
      for (chunk, id) in zip(chunks, ids) {
        digest.add(id, byteCount: chunk.bytes.count)
        while let old = ahead, old.offset < chunk.offset { ahead = try before?.next() }
        if ahead?.offset != chunk.offset || ahead?.reference.id != id { changed += 1 }
      }
    }
    try storing { () throws(StoreError) in try input.checkUnchanged() }
    return (digest.finish(), input.byteCount, changed)
  }

  private func openIfPresent(_ path: RelativePath) throws(SyncError) -> FileInput? {
    do throws(FileError) {
      return try FileInput(tree.directory.open(path, for: .read))
    } catch {
      guard error.meaning == .notFound else { throw .file(error) }
      return nil
    }
  }

  private func window(_ cutter: inout FileCutter) throws(SyncError) -> [Chunk] {
    var chunks: [Chunk] = []
    var byteCount = 0
    while byteCount < DirectoryComparison.windowByteCount {
      guard let (offset, bytes) = try storing({ () throws(StoreError) in try cutter.next() }) else { break }
      chunks.append(Chunk(offset: offset, bytes: bytes))
      byteCount += bytes.count
    }
    return chunks
  }
}
