internal import Catalog
package import FileIO
internal import Primitives
package import SnapshotFormat
package import SnapshotStore

/// A segment of a version, and its entry in the tree.
struct StoredSegment: Sendable {
  let entry: FileEntry
  let segment: OpenSegment
  var name: UniqueName { segment.index.header.name }
}

extension VectorStore {
  static let segmentsDirectory = "segments"

  var files: SegmentFiles {
    SegmentFiles(directory: settings.temporaryDirectory, random: store.settings.random, limits: store.limits)
  }

  /// All segments of a version, in order of path.
  func segments(of manifest: ManifestReader, _ access: SegmentAccess) throws(StoreError) -> [StoredSegment] {
    let cache = SegmentCache(
      byteCountMax: settings.chunkCacheByteCount, pageCountMax: settings.pageCacheCount)
    // Opening takes requests: the more at once, the sooner.
    let jobs = access.isRanged ? store.limits.jobs : 1
    return try Parallel.map(try entries(of: manifest), jobs: jobs) { entry throws(StoreError) in
      StoredSegment(entry: entry, segment: try open(entry, of: manifest, access, cache))
    }
  }

  /// The files of all segments, in order of path.
  func entries(of manifest: ManifestReader) throws(StoreError) -> [FileEntry] {
    var entries: [FileEntry] = []
    try manifest.forEachFile { entry throws(StoreError) in
      guard case .file = entry.content, entry.path.bytes.starts(with: Array("segments/".utf8)) else { return }
      entries.append(entry)
    }
    return entries
  }

  private func open(
    _ entry: FileEntry, of manifest: ManifestReader, _ access: SegmentAccess, _ cache: SegmentCache
  ) throws(StoreError) -> OpenSegment {
    switch access {
    case .mapped: return try files.fetch(entry, of: manifest)
    case .copy(let copy):
      if let directory = SegmentFiles.directory(of: copy),
        let segment = try files.local(entry, of: manifest, in: copy, directory)
      {
        return segment
      }
      return try files.fetch(entry, of: manifest)
    case .ranged:
      return try entry.named { () throws(StoreError) in
        let chunks = try SegmentChunks(entry, of: manifest, cache: cache, limits: store.limits)
        return try OpenSegment.open(entry, of: manifest) { () throws(FormatError) in
          OpenSegment(try RangedSegment(chunks))
        }
      }
    }
  }
}

/// A directory that was synced to a version.
package struct SegmentCopy: Sendable {
  package let path: String
  /// The manifest that it remembers; nil where that is of no use.
  package let manifest: ManifestReader?
  /// Whether a file that looks so is still as the sync left it; others are compared, byte for byte.
  package let isAsLeft: @Sendable (FileEntry, FileStatus) -> Bool

  package init(
    _ path: String, manifest: ManifestReader? = nil,
    isAsLeft: @escaping @Sendable (FileEntry, FileStatus) -> Bool = { _, _ in false }
  ) {
    self.path = path
    self.manifest = manifest
    self.isAsLeft = isAsLeft
  }
}

/// How the segments of a version are read.
package enum SegmentAccess: Sendable {
  /// Each is fetched whole, and mapped.
  case mapped
  /// Mapped in a directory that was synced to the version; what of it is not the same is fetched.
  case copy(SegmentCopy)
  /// Where they lie, chunk by chunk as it is needed.
  case ranged

  fileprivate var isRanged: Bool { if case .ranged = self { true } else { false } }
}
