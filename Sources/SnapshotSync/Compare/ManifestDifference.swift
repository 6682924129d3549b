internal import Primitives
internal import SnapshotFormat
package import SnapshotStore

/// What differs between two versions. Pages that both have are not read.
package struct ManifestDifference {
  private let old: ManifestReader
  private let new: ManifestReader

  package init(from old: ManifestReader, to new: ManifestReader) {
    self.old = old
    self.new = new
  }

  /// Calls `body` with every difference, in order of path.
  package func forEach(_ body: (TreeDifference) throws(SyncError) -> Void) throws(SyncError) {
    var left = try EntryStream(old)
    var right = try EntryStream(new)
    let shared = left.pageIdentifiers.intersection(right.pageIdentifiers)
    left.skipPages(in: shared)
    right.skipPages(in: shared)
    while true {
      let before = try left.peek()
      let after = try right.peek()
      guard before != nil || after != nil else { return }
      if let before, after.map({ before.path < $0.path }) ?? true {
        try body(TreeDifference(path: before.path, change: .removed, oldBytes: before.byteCount))
        left.pop()
      } else if let after, before.map({ after.path < $0.path }) ?? true {
        try body(added(after))
        right.pop()
      } else if let before, let after {
        if let difference = try difference(before, after) { try body(difference) }
        left.pop()
        right.pop()
      }
    }
  }

  private func added(_ entry: FileEntry) -> TreeDifference {
    TreeDifference(path: entry.path, change: .added, newBytes: entry.byteCount, chunksChanged: chunkCount(entry))
  }

  private func difference(_ before: FileEntry, _ after: FileEntry) throws(SyncError) -> TreeDifference? {
    guard !before.hasSameContent(as: after) else { return nil }
    func differs(_ change: TreeDifference.Change, chunks: Int = 0) -> TreeDifference {
      TreeDifference(
        path: after.path, change: change, oldBytes: before.byteCount, newBytes: after.byteCount, chunksChanged: chunks)
    }
    guard before.typeCode == after.typeCode else { return differs(.kind, chunks: chunkCount(after)) }
    switch (before.content, after.content) {
    case (.file(let old), .file(let new)) where old.digest != new.digest || old.byteCount != new.byteCount:
      return differs(.content, chunks: try chunksChanged(old, new))
    case (.link(let old), .link(let new)) where old != new: return differs(.target)
    default: return differs(.mode)
    }
  }

  private func chunkCount(_ entry: FileEntry) -> Int {
    if case .file(let file) = entry.content { file.chunkCount } else { 0 }
  }

  private func chunksChanged(_ before: FileContent, _ after: FileContent) throws(SyncError) -> Int {
    if case .grid = after.profile, before.profile == after.profile { return try gridChunksChanged(before, after) }
    var old = try ChunkStream(before, in: self.old)
    var new = try ChunkStream(after, in: self.new)
    var changed = 0
    var ahead = try old.next()
    while let chunk = try new.next() {
      while let before = ahead, before.offset < chunk.offset { ahead = try old.next() }
      if ahead?.offset != chunk.offset || ahead?.reference.id != chunk.reference.id { changed += 1 }
    }
    return changed
  }

  /// On the same grid, chunks and pages with the same number have the same place: pages that both have are not read.
  private func gridChunksChanged(_ before: FileContent, _ after: FileContent) throws(SyncError) -> Int {
    let (old, new) = (try pages(of: before, in: old), try pages(of: after, in: new))
    var changed = 0
    for index in new.indices where index >= old.count || old[index].id == nil || old[index].id != new[index].id {
      let left = index < old.count ? try old[index].references() : []
      let right = try new[index].references()
      changed += right.indices.count { left.count <= $0 || left[$0].id != right[$0].id }
    }
    return changed
  }

  private func pages(of file: FileContent, in manifest: ManifestReader) throws(SyncError) -> [ChunksPage] {
    guard case .paged = file.chunks else { return [ChunksPage(inlineOf: file)] }
    return try storing { () throws(StoreError) in
      try manifest.chunksPages(of: file).map { ChunksPage($0, in: manifest) }
    }
  }
}

/// A page of a file's chunks; the inline chunks of a file count as one.
private struct ChunksPage {
  /// Nil for inline chunks.
  let id: Digest?
  private let read: () throws(StoreError) -> [Reference]

  init(_ page: Reference, in manifest: ManifestReader) {
    id = page.id
    read = { () throws(StoreError) in try manifest.references(page) }
  }

  init(inlineOf file: FileContent) {
    id = nil
    read = { () throws(StoreError) in if case .inline(let inline) = file.chunks { inline } else { [] } }
  }

  func references() throws(SyncError) -> [Reference] {
    try storing { () throws(StoreError) in try read() }
  }
}
