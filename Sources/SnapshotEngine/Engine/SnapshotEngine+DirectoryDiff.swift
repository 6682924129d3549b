internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

extension SnapshotEngine {
  /// What changed from a version to a directory, in order of path. Every file is read; writes nothing.
  ///
  /// - Returns: how many paths differ.
  /// - Throws: `.notFound` for a version or directory that is not there.
  public func diff(
    from version: String, toDirectory directory: String, found: @escaping @Sendable (Difference) -> Void
  ) async throws(EngineError) -> Int {
    let reference = try Names.version(version)
    let jobs = configuration.jobs
    return try await perform { call throws(EngineError) in
      let row = try call.row(reference).row
      return try call.catching { () throws(StoreError) in
        let manifest = try call.store.manifest(row)
        let diff = DirectoryDiff(EntryCursor(manifest, try manifest.filesPages()), jobs: jobs, found: found)
        try TreeInput(path: directory).forEach { path, entry throws(StoreError) in try diff.meet(path, entry) }
        return try diff.finish()
      }
    }
  }
}

/// A manifest beside a walk of a directory.
final class DirectoryDiff {
  private var left: EntryCursor
  private let jobs: Int
  private let found: (Difference) -> Void
  private var count = 0

  init(_ left: EntryCursor, jobs: Int, found: @escaping (Difference) -> Void) {
    self.left = left
    self.jobs = jobs
    self.found = found
  }

  /// Takes the next entry of the directory, and what the version has before it.
  func meet(_ path: RelativePath, _ entry: TreeInput.Entry) throws(StoreError) {
    while let before = try left.entry(), before.path < path {
      removed(before)
      left.advance()
    }
    guard let before = try left.entry(), before.path == path else {
      tell(.added, path, old: 0, new: entry.byteCount, chunks: 0)
      return
    }
    left.advance()
    guard let change = try change(before, entry) else { return }
    tell(change, path, old: before.byteCount, new: entry.byteCount, chunks: 0)
  }

  func finish() throws(StoreError) -> Int {
    while let before = try left.entry() {
      removed(before)
      left.advance()
    }
    return count
  }

  private func change(_ before: FileEntry, _ entry: TreeInput.Entry) throws(StoreError) -> Difference.Change? {
    switch (before.content, entry) {
    case (.directory, .directory(let mode)): before.mode == mode ? nil : .mode
    case (.link(let old), .link(let new)): old == new ? nil : .changed
    case (.file(let file), .file(let mode, let input)):
      if file.byteCount != input.byteCount {
        .changed
      } else if try TreeHash.fileDigest(input, jobs: jobs) != file.digest {
        .changed
      } else {
        before.mode == mode ? nil : .mode
      }
    default: .changed
    }
  }

  private func removed(_ entry: FileEntry) {
    tell(.removed, entry.path, old: entry.byteCount, new: 0, chunks: 0)
  }

  private func tell(_ change: Difference.Change, _ path: RelativePath, old: UInt64, new: UInt64, chunks: Int) {
    count += 1
    found(Difference(path: "\(path)", change: change, oldBytes: old, newBytes: new, chunksChanged: chunks))
  }
}

extension TreeInput.Entry {
  fileprivate var byteCount: UInt64 {
    if case .file(_, let input) = self { input.byteCount } else { 0 }
  }
}
