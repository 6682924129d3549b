import Catalog
import Primitives
import SnapshotFormat
import SnapshotStore
import Testing

@Suite struct `a forced profile` {
  /// A version of `tree` whose files are all cut under `profile`.
  private func create(_ tree: TemporaryDirectory, in store: TestStore, _ profile: ChunkProfile?) throws {
    let commit = VersionCommit(collection: CollectionName("words")!, kind: .tree, action: .create, message: "")
    _ = try store.store.commit(commit, baseVersion: { $0.newestVersion }) { base throws(StoreError) in
      var context = store.store.context(base.intent)
      context.forcedProfile = profile
      let writer = try SnapshotWriter(context, base: base.manifest)
      try writer.add(TreeInput(path: tree.path))
      _ = try writer.finishTree()
      let description = SnapshotWriter.Description(
        collection: CollectionName("words")!, version: base.head.newestVersion + 1, message: "", parent: base.parent)
      return .manifest(try writer.finish(description), basis: .head, further: [])
    }
  }

  private func file(_ version: UInt64, of store: TestStore) throws -> FileContent {
    let entry = try #require(try store.manifest(version).file(at: RelativePath("text")!))
    guard case .file(let file) = entry.content else { throw StoreError.invalid("text is no file") }
    return file
  }

  @Test func `is not there unless it is asked for`() throws {
    let (store, tree) = (try TestStore(), try TemporaryDirectory())
    try tree.write(Array("no magic".utf8), at: "text")
    try create(tree, in: store, nil)
    #expect(try file(1, of: store).profile == .contentDefined)
  }

  @Test(arguments: [16_384, 65_536, 262_144])
  func `cuts every file on its grid, and what is stored verifies`(_ chunkByteCount: Int) throws {
    let (store, tree) = (try TestStore(), try TemporaryDirectory())
    var bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
    try tree.write(bytes, at: "text")
    try create(tree, in: store, .grid(chunkByteCount: chunkByteCount))
    bytes.insert(contentsOf: [1, 2, 3], at: 150_000)
    try tree.write(bytes, at: "text")
    try create(tree, in: store, .grid(chunkByteCount: chunkByteCount))
    let file = try file(2, of: store)
    #expect(file.profile == .grid(chunkByteCount: chunkByteCount))
    #expect(file.chunkCount == (bytes.count + chunkByteCount - 1) / chunkByteCount)
    #expect(try store.verify().1.isEmpty)
    #expect(try contents("text", of: try store.manifest(2)) == bytes)
  }
}
