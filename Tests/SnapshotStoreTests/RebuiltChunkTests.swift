import Primitives
import SnapshotFormat
import SnapshotStore
import Testing

@Suite struct `a chunk rebuilt from one that is here` {
  private static let header = Array("SQLite format 3\0".utf8)
  private static let before = header + seededBytes(65_536 - 16, seed: 1)
  /// Two bytes of one page, one of another, far from both.
  private static let places = [20_000, 20_100, 50_000]
  private static var after: [UInt8] { places.reduce(into: before) { $0[$1] ^= 0xff } }

  /// The second version of a file of one chunk, and its reference: a patch on the first.
  private func patched(_ store: TestStore) throws -> (ManifestReader, Reference) {
    let tree = try TemporaryDirectory()
    try tree.write(Self.before, at: "db")
    _ = try store.create(tree.path)
    try tree.write(Self.after, at: "db")
    _ = try store.create(tree.path)
    let manifest = try store.manifest(2)
    guard case .file(let file)? = try manifest.file(at: RelativePath("db")!)?.content else { throw Missing() }
    var references: [Reference] = []
    try manifest.forEachReference(of: file) { references.append($0) }
    let reference = try #require(references.first)
    try #require(references.count == 1 && reference.form == .sparsePatch)
    return (manifest, reference)
  }

  private struct Missing: Error {}

  /// Gives the same bytes for every chunk of their count that is asked for.
  private struct Bytes: ChunkSource {
    let bytes: [UInt8]
    var id: Digest?

    func chunk(_ id: Digest, byteCount: Int) -> [UInt8]? {
      byteCount == bytes.count && (self.id ?? id) == id ? bytes : nil
    }
  }

  private func rebuilt(local: some ChunkSource) throws -> RebuiltChunk {
    let store = try TestStore()
    let (manifest, reference) = try patched(store)
    let reader = ChunkReader(frames: manifest.chunks.frames, local: local)
    return try #require(try reader.rebuiltChunks([reference], support: manifest.support).first)
  }

  @Test func `comes from the store, unexplained, where the local bytes are wrong`() throws {
    var wrong = Self.before
    wrong[3] ^= 1
    let chunk = try rebuilt(local: Bytes(bytes: wrong, id: Digest.of(Self.before.rawSpan)))
    #expect(chunk.bytes == Self.after)
    #expect(chunk.changes == nil)
  }

  @Test func `is unexplained where nothing is here, or the chunk itself is`() throws {
    let fetched = try rebuilt(local: NoChunkSource())
    let moved = try rebuilt(local: Bytes(bytes: Self.after, id: Digest.of(Self.after.rawSpan)))
    for chunk in [fetched, moved] {
      #expect(chunk.bytes == Self.after)
      #expect(chunk.changes == nil)
    }
  }

  @Test func `tells where it differs from that, page by page`() throws {
    let base = Digest.of(Self.before.rawSpan)
    let chunk = try rebuilt(local: Bytes(bytes: Self.before, id: base))
    #expect(chunk.bytes == Self.after)
    let changes = try #require(chunk.changes)
    #expect(changes.base == base)
    #expect(changes.ranges.count == 2)
    for place in Self.places { #expect(changes.ranges.contains { $0.contains(place) }) }
    #expect(changes.ranges.reduce(0) { $0 + $1.count } < 4_096)
  }
}
