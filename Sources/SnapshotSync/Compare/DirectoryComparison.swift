internal import FileIO
package import Primitives
internal import SnapshotFormat
package import SnapshotStore

/// A directory against a version: every byte is hashed, no hint believed (`status`, `diff NAME DIR`, `verify --local`).
///
/// One pass over both, in order of path; reads only, follows no link, takes no lock.
package struct DirectoryComparison {
  /// What a directory came to.
  package struct Outcome: Sendable, Equatable {
    /// The content hash of the directory (formats/store.md §3).
    package let contentHash: Digest
    package let files: UInt64
    package let bytes: UInt64
    package let differences: UInt64
    /// What no snapshot can hold, in the order it was met: FIFOs, sockets, devices.
    package let unsupported: [RelativePath]
  }

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

  /// The content hash of the directory alone (`hash DIR`).
  package func hash() throws(SyncError) -> Outcome {
    try run(against: nil) { _ throws(SyncError) in }
  }

  /// Compares with a version; `body` is told every difference, old being the version, new the directory.
  package func compare(
    with manifest: ManifestReader, _ body: (Difference) throws(SyncError) -> Void
  ) throws(SyncError) -> Outcome {
    try run(against: manifest, body)
  }

  private struct Running {
    var contentHash = ContentHashBuilder()
    var files: UInt64 = 0
    var bytes: UInt64 = 0
    var differences: UInt64 = 0
    var unsupported: [RelativePath] = []
  }

  private func run(
    against manifest: ManifestReader?, _ body: (Difference) throws(SyncError) -> Void
  ) throws(SyncError) -> Outcome {
    var running = Running()
    var entries = try EntryStream(manifest)
    var walk = try filing { () throws(FileError) in try TreeWalk(tree.directory.reopened()) }
    while let found = try filing({ () throws(FileError) in try walk.next() }) {
      try control.check()
      while let entry = try entries.peek(), entry.path < found.path {
        try removed(entry, &running, body)
        entries.pop()
      }
      let entry = try entries.peek()
      let isSame = entry?.path == found.path
      if let difference = try look(at: found, isSame ? entry : nil, manifest, &running) {
        running.differences += 1
        if manifest != nil { try body(difference) }
      }
      if isSame { entries.pop() }
    }
    while let entry = try entries.peek() {
      try removed(entry, &running, body)
      entries.pop()
    }
    return Outcome(
      contentHash: running.contentHash.finish(), files: running.files, bytes: running.bytes,
      differences: manifest == nil ? 0 : running.differences, unsupported: running.unsupported)
  }

  private func removed(
    _ entry: FileEntry, _ running: inout Running, _ body: (Difference) throws(SyncError) -> Void
  ) throws(SyncError) {
    running.differences += 1
    try body(Difference(path: entry.path, change: .removed, oldBytes: entry.byteCount))
  }

  private func look(
    at found: TreeEntry, _ entry: FileEntry?, _ manifest: ManifestReader?, _ running: inout Running
  ) throws(SyncError) -> Difference? {
    let mode = found.status.mode.bits
    switch found.content {
    case .unsupported:
      running.unsupported.append(found.path)
      return Difference(path: found.path, change: entry == nil ? .added : .kind, oldBytes: entry?.byteCount ?? 0)
    case .directory:
      running.contentHash.add(path: found.path, typeCode: 2, mode: mode, byteCount: 0, digest: .zero)
      return difference(found, FileEntry(path: found.path, mode: mode, content: .directory), entry)
    case .symbolicLink(let target):
      let local = FileEntry(path: found.path, mode: 0o777, content: .link(target: target))
      running.contentHash.add(local)
      return difference(found, local, entry)
    case .file:
      let (digest, byteCount, changed) = try hash(found, entry, manifest)
      running.files += 1
      running.bytes += byteCount
      running.contentHash.add(path: found.path, typeCode: 1, mode: mode, byteCount: byteCount, digest: digest)
      let local = FileContent(
        byteCount: byteCount, digest: digest, profile: .contentDefined, chunkCount: 0, chunks: .inline([]))
      return difference(
        found, FileEntry(path: found.path, mode: mode, content: .file(local)), entry, chunksChanged: changed)
    }
  }

  private func difference(
    _ found: TreeEntry, _ local: FileEntry, _ entry: FileEntry?, chunksChanged: Int = 0
  ) -> Difference? {
    if let entry, entry.hasSameContent(as: local) { return nil }
    let change: Difference.Change =
      switch entry {
      case nil: .added
      case let entry? where entry.typeCode != local.typeCode: .kind
      case let entry? where entry.digest == local.digest && entry.byteCount == local.byteCount: .mode
      case let entry?: entry.typeCode == 3 ? .target : .content
      }
    return Difference(
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

  /// The file's digest, its byte count, and how many of its chunks the entry does not have in the same place.
  private func hash(
    _ found: TreeEntry, _ entry: FileEntry?, _ manifest: ManifestReader?
  ) throws(SyncError) -> (Digest, UInt64, Int) {
    let input = try open(found.path)
    var cutter = try storing { () throws(StoreError) in try FileCutter(input) }
    var before: ChunkStream?
    if let manifest, case .file(let file)? = entry?.content { before = try ChunkStream(file, in: manifest) }
    var ahead = try before?.next()
    var digest = FileDigestBuilder()
    var changed = 0
    while true {
      try control.check()
      let chunks = try window(&cutter)
      guard !chunks.isEmpty else { break }
      let ids = Parallel.map(chunks, jobs: jobs) { chunk in Digest.of(chunk.bytes.rawSpan) }
      for (chunk, id) in zip(chunks, ids) {
        digest.add(id, byteCount: chunk.bytes.count)
        while let old = ahead, old.offset < chunk.offset { ahead = try before?.next() }
        if ahead?.offset != chunk.offset || ahead?.reference.id != id { changed += 1 }
      }
    }
    try storing { () throws(StoreError) in try input.checkUnchanged() }
    return (digest.finish(), input.byteCount, changed)
  }

  private func open(_ path: RelativePath) throws(SyncError) -> FileInput {
    let file: OpenFile
    do throws(FileError) {
      file = try tree.directory.open(path, for: .read)
    } catch {
      throw .file(error)
    }
    do throws(StoreError) {
      return try FileInput(file)
    } catch {
      throw .store(error)
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
