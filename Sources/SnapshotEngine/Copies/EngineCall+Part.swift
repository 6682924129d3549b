internal import Catalog
internal import FileIO
internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore
internal import SnapshotSync

extension EngineCall {
  /// What a directory would have of a version, where it is a copy of a part, or a generation that is; nil where it is
  /// neither, and would have all of it.
  func content(
    _ row: VersionRow, of collection: CollectionName, asIn directory: String
  ) throws(EngineError) -> VersionContent? {
    let patterns = try onTrees(directory) { () throws(EngineError) -> PartPatterns? in
      try EngineError.catching(in: directory) { () throws(SyncError) in try self.patterns(of: directory, in: collection)
      }
    }
    guard let patterns else { return nil }
    let manifest = try catching { () throws(StoreError) in try store.manifest(row) }
    return try EngineError.catching(in: directory) { () throws(SyncError) in
      try VersionContent(manifest, patterns, control: control)
    }
  }

  /// What the directory remembers counts only when it is of this store and this collection.
  private func patterns(of directory: String, in collection: CollectionName) throws(SyncError) -> PartPatterns? {
    // What is not there is told of by whoever reads it.
    guard let state = LocalCopy.remembered(path: directory) else { return try PartFile.read(directory: directory) }
    guard state.store == wiring.identity.identifier, state.collection == collection, state.tree == nil,
      state.part != nil, case .copy(let copy)? = try? LocalCopy.load(path: directory)
    else { return nil }
    return copy.content.patterns
  }
}
