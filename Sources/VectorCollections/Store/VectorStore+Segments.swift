internal import Catalog
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore

/// A segment of a version, and its entry in the tree.
struct StoredSegment {
  let entry: FileEntry
  let segment: OpenSegment
  var name: UniqueName { segment.index.header.name }
}

extension VectorStore {
  static let segmentsDirectory = "segments"

  var files: SegmentFiles { SegmentFiles(directory: settings.temporaryDirectory, random: store.settings.random) }

  /// All segments of a version, in order of path.
  ///
  /// - Parameter copy: a directory that was synced to that version; what of it is not the same is fetched.
  func segments(of manifest: ManifestReader, copy: String? = nil) throws(StoreError) -> [StoredSegment] {
    var segments: [StoredSegment] = []
    try manifest.forEachFile { entry throws(StoreError) in
      guard case .file = entry.content, entry.path.bytes.starts(with: Array("segments/".utf8)) else { return }
      let local = try copy.flatMap { path throws(StoreError) in try files.local(entry, of: manifest, in: path) }
      if let local {
        segments.append(StoredSegment(entry: entry, segment: local))
      } else {
        segments.append(StoredSegment(entry: entry, segment: try files.fetch(entry, of: manifest)))
      }
    }
    return segments
  }
}

/// Looks rows up by id, over several segments.
struct RowLookup {
  let segments: [OpenSegment]

  /// The join of all that is said of an id, its prefixes included; nil when nothing is.
  func row(_ id: RecordName) throws(FormatError) -> Row? {
    var joined: Row?
    for segment in segments {
      for row in try rows(id, in: segment) {
        guard joined != nil else {
          joined = Row(key: RowKey(id), body: row.body, changes: row.changes)
          continue
        }
        joined?.join(row)
      }
    }
    return joined
  }

  func record(_ id: RecordName) throws(FormatError) -> RecordBody? { try row(id)?.visible }

  /// The join of the rows of exactly this key.
  func row(of key: RowKey) throws(FormatError) -> Row? {
    var joined: Row?
    for segment in segments {
      let row = try segment.read { (reader) throws(FormatError) -> Row? in
        guard let row = try reader.find(key) else { return nil }
        return try reader.row(row)
      }
      guard let row else { continue }
      joined = joined?.joined(row) ?? row
    }
    return joined
  }

  private func rows(_ id: RecordName, in segment: OpenSegment) throws(FormatError) -> [Row] {
    try segment.read { (reader) throws(FormatError) in
      var rows: [Row] = []
      if let row = try reader.find(RowKey(id)) { rows.append(try reader.row(row)) }
      for row in try reader.prefixes(covering: id) { rows.append(try reader.row(row)) }
      return rows
    }
  }
}
