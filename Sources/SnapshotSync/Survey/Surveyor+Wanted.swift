internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

extension Surveyor {
  /// Looks whether files that are not as they were left are as the wanted version has them, in whole or in part: after
  /// a sync that was killed in the middle of replacing or patching, and in a directory that is taken over.
  mutating func compare(withWanted content: VersionContent) throws(SyncError) {
    guard survey.exceptions.contains(where: { $0.value.kind == .file }) else { return }
    let scan = scan
    var entries = try EntryStream(content)
    while let entry = try entries.peek() {
      defer { entries.pop() }
      guard case .file(let file) = entry.content, let local = survey.exceptions[entry.path], local.kind == .file,
        local.content == .unknown
      else { continue }
      let matching = try scan.matches(entry.path, file, in: content.manifest, at: tree) { place, id in
        remember(place, id)
      }
      if matching == file.chunkCount, local.byteCount == file.byteCount {
        survey.exceptions[entry.path]?.content = .asWanted
      }
    }
  }

  /// Looks what an earlier run left unfinished: chunks of wanted files that stand where they belong.
  mutating func compare(unfinished: LocalTree, withWanted content: VersionContent) throws(SyncError) {
    var walk = try walk(unfinished)
    var entries = try EntryStream(content)
    while let found = try filing({ () throws(FileError) in try walk.next() }) {
      while let entry = try entries.peek(), entry.path < found.path { entries.pop() }
      guard let entry = try entries.peek() else { return }
      guard entry.path == found.path, case .file(let file) = entry.content, case .file = found.content,
        found.status.linkCount == 1
      else { continue }
      var offsets: [UInt64] = []
      _ = try scan.matches(entry.path, file, in: content.manifest, at: unfinished) { place, _ in
        offsets.append(place.offset)
      }
      survey.staged[entry.path] = offsets
      survey.stagedByteCount += min(found.status.byteCount, file.byteCount)
    }
  }
}
