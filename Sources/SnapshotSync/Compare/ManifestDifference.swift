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
    var left = try EntryStream(.whole(old))
    var right = try EntryStream(.whole(new))
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

  /// Chunks of the new file that the old one does not have in the same place.
  private func chunksChanged(_ before: FileContent, _ after: FileContent) throws(SyncError) -> Int {
    var old = try ChunkStream(before, in: self.old)
    var new = try ChunkStream(after, in: self.new)
    var changed = 0
    while true {
      while old.offset < new.offset, try old.next() != nil {}
      if new.skipPage(with: &old) { continue }
      guard let chunk = try new.next() else { return changed }
      let isThere = old.offset == chunk.offset ? try old.next()?.reference.id == chunk.reference.id : false
      if !isThere { changed += 1 }
    }
  }
}
