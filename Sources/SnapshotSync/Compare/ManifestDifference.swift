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
  package func forEach(_ body: (Difference) throws(SyncError) -> Void) throws(SyncError) {
    var left = try EntryStream(old)
    var right = try EntryStream(new)
    while true {
      if let page = left.pageAhead, page.id == right.pageAhead?.id {
        left.skipPage()
        right.skipPage()
        continue
      }
      let before = try left.peek()
      let after = try right.peek()
      guard before != nil || after != nil else { return }
      if let before, after.map({ before.path < $0.path }) ?? true {
        try body(Difference(path: before.path, change: .removed, oldBytes: before.byteCount))
        left.pop()
      } else if let after, before.map({ after.path < $0.path }) ?? true {
        try body(try added(after))
        right.pop()
      } else if let before, let after {
        if let difference = try difference(before, after) { try body(difference) }
        left.pop()
        right.pop()
      }
    }
  }

  private func added(_ entry: FileEntry) throws(SyncError) -> Difference {
    var chunks = 0
    if case .file(let file) = entry.content { chunks = file.chunkCount }
    return Difference(path: entry.path, change: .added, newBytes: entry.byteCount, chunksChanged: chunks)
  }

  private func difference(_ before: FileEntry, _ after: FileEntry) throws(SyncError) -> Difference? {
    guard !before.hasSameContent(as: after) else { return nil }
    func differs(_ change: Difference.Change, chunks: Int = 0) -> Difference {
      Difference(
        path: after.path, change: change, oldBytes: before.byteCount, newBytes: after.byteCount, chunksChanged: chunks)
    }
    guard before.typeCode == after.typeCode else { return differs(.kind) }
    switch (before.content, after.content) {
    case (.file(let old), .file(let new)) where old.digest != new.digest || old.byteCount != new.byteCount:
      return differs(.content, chunks: try chunksChanged(old, new))
    case (.link(let old), .link(let new)) where old != new: return differs(.target)
    default: return differs(.mode)
    }
  }

  private func chunksChanged(_ before: FileContent, _ after: FileContent) throws(SyncError) -> Int {
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
}
