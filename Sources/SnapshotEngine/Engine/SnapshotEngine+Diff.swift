internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// One path that is not the same in two versions.
public struct Difference: Sendable, Equatable {
  /// What became of it.
  public enum Change: String, Sendable {
    /// Only the second has it.
    case added
    /// Only the first has it.
    case removed
    /// Its bytes, its type, or its link's target.
    case changed
    /// Its mode alone.
    case mode
  }

  /// The path in the snapshot, safe to print.
  public let path: String
  /// What became of it.
  public let change: Change
  /// Its bytes in the first; 0 where it is not.
  public let oldBytes: UInt64
  /// Its bytes in the second; 0 where it is not.
  public let newBytes: UInt64
  /// Chunks of the second that the first does not have at their place; 0 where a directory is compared.
  public let chunksChanged: Int
}

extension SnapshotEngine {
  /// What changed from one version to another, in order of path.
  ///
  /// Pages that both have are not read, but for those of files that differ.
  /// - Returns: how many paths differ.
  /// - Throws: `.notFound` for a version that is not there, `.damaged` for one that does not verify.
  public func diff(
    from old: String, to new: String, found: @escaping @Sendable (Difference) -> Void
  ) async throws(EngineError) -> Int {
    let (old, new) = (try Names.version(old), try Names.version(new))
    return try await perform { call throws(EngineError) in
      let (before, after) = (try call.row(old).row, try call.row(new).row)
      return try call.catching { () throws(StoreError) in
        let manifests = (try call.store.manifest(before), try call.store.manifest(after))
        guard before.contentHash != after.contentHash else { return 0 }
        return try ManifestDiff(manifests.0, manifests.1).forEach { found($0) }
      }
    }
  }
}

/// Two manifests side by side. Pages with the same id are the same entries, and are skipped.
private struct ManifestDiff {
  private let old: ManifestReader
  private let new: ManifestReader

  init(_ old: ManifestReader, _ new: ManifestReader) {
    self.old = old
    self.new = new
  }

  func forEach(_ body: (Difference) -> Void) throws(StoreError) -> Int {
    let pages = (try old.filesPages(), try new.filesPages())
    let shared = Set(pages.0.map(\.id)).intersection(pages.1.map(\.id))
    var left = EntryCursor(old, pages.0.filter { !shared.contains($0.id) })
    var right = EntryCursor(new, pages.1.filter { !shared.contains($0.id) })
    var count = 0
    while let difference = try next(&left, &right) {
      guard let difference = difference.value else { continue }
      count += 1
      body(difference)
    }
    return count
  }

  /// One step; nil at the end, an empty one where both have the same.
  private func next(
    _ left: inout EntryCursor, _ right: inout EntryCursor
  ) throws(StoreError) -> (value: Difference?, Void)? {
    let (a, b) = (try left.entry(), try right.entry())
    switch (a, b) {
    case (nil, nil): return nil
    case (let a?, let b?) where a.path == b.path:
      left.advance()
      right.advance()
      return (a.hasSameContent(as: b) ? nil : try changed(a, b), ())
    case (let a?, let b) where b.map({ a.path < $0.path }) ?? true:
      left.advance()
      return (
        Difference(
          path: "\(a.path)", change: .removed, oldBytes: a.byteCount, newBytes: 0, chunksChanged: 0), ()
      )
    case (_, let b?):
      right.advance()
      return (
        Difference(
          path: "\(b.path)", change: .added, oldBytes: 0, newBytes: b.byteCount, chunksChanged: b.chunkCount), ()
      )
    case (.some, nil): return nil
    }
  }

  private func changed(_ a: FileEntry, _ b: FileEntry) throws(StoreError) -> Difference {
    let isMode = a.typeCode == b.typeCode && a.digest == b.digest && a.byteCount == b.byteCount
    let chunks = isMode ? 0 : try chunksChanged(a, b)
    return Difference(
      path: "\(b.path)", change: isMode ? .mode : .changed, oldBytes: a.byteCount, newBytes: b.byteCount,
      chunksChanged: chunks)
  }

  private func chunksChanged(_ a: FileEntry, _ b: FileEntry) throws(StoreError) -> Int {
    guard case .file(let file) = b.content else { return 0 }
    guard case .file(let before) = a.content else { return file.chunkCount }
    var ids: [Digest] = []
    try old.forEachReference(of: before) { reference throws(StoreError) in ids.append(reference.id) }
    var (index, changed) = (0, 0)
    let known = file.profile == .contentDefined ? Set(ids) : []
    try new.forEachReference(of: file) { reference throws(StoreError) in
      let isSame = index < ids.count && ids[index] == reference.id || known.contains(reference.id)
      if !isSame { changed += 1 }
      index += 1
    }
    return changed
  }
}

/// Entries of a list of pages, one page in memory.
struct EntryCursor {
  private let manifest: ManifestReader
  private var pages: ArraySlice<Reference>
  private var entries: ArraySlice<FileEntry> = []

  init(_ manifest: ManifestReader, _ pages: [Reference]) {
    self.manifest = manifest
    self.pages = pages[...]
  }

  mutating func entry() throws(StoreError) -> FileEntry? {
    while entries.isEmpty, let page = pages.popFirst() { entries = try manifest.files(page)[...] }
    return entries.first
  }

  mutating func advance() {
    _ = entries.popFirst()
  }
}

extension FileEntry {
  fileprivate var chunkCount: Int {
    if case .file(let file) = content { file.chunkCount } else { 0 }
  }
}
