internal import Primitives
internal import SnapshotFormat
internal import SnapshotStore
internal import Synchronization

/// The chunks that a manifest may have without the store: pages read before, pages of the copy, and those places of
/// local files that the plan of the window at hand names.
final class LocalChunks: ChunkSource {
  let memory = PageMemory()
  private let pages: PageFiles?
  private let tree: LocalTree?
  private let places = Mutex<[Digest: LocalPlace]>([:])

  init(pages: PageFiles?, tree: LocalTree?) {
    self.pages = pages
    self.tree = tree
  }

  func use(_ window: [Digest: LocalPlace]) {
    places.withLock { $0 = window }
  }

  func chunk(_ id: Digest, byteCount: Int) -> [UInt8]? {
    if let place = places.withLock({ $0[id] }) {
      guard let tree, place.byteCount == byteCount else { return nil }
      return tree.read(place.path, at: place.offset, count: byteCount)
    }
    return memory.chunk(id, byteCount: byteCount) ?? pages?.chunk(id, byteCount: byteCount)
  }

  /// Reads every page once that is needed of the manifest; what the copy does not have stays in memory.
  ///
  /// - Parameter holds: whether the chunks of a file are needed.
  func load(_ manifest: ManifestReader, holds: (RelativePath) -> Bool) throws(SyncError) {
    try manifest.forEachPage(holds) { reference, bytes throws(SyncError) in
      guard pages?.holds(reference.id) != true else { return }
      memory.insert(reference.id, bytes)
    }
  }
}
