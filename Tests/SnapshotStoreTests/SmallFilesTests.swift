import Primitives
import SnapshotFormat
import SnapshotStore
import Testing

@Suite struct `small files` {
  private static let seed = SystemRandomSource().next()

  /// Numbers between a half and one, as a file has them.
  private func floats(_ count: Int, _ random: SeededRandomSource) -> [UInt8] {
    (0..<count).flatMap { _ in
      let bits = 0x3F00_0000 | UInt32(truncatingIfNeeded: random.next()) & 0x7F_FFFF
      return (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt32($0))) }
    }
  }

  private func frames(of path: String, in manifest: ManifestReader) throws -> Set<[Int]> {
    guard case .file(let file)? = try manifest.file(at: RelativePath(path)!)?.content else { return [] }
    var frames: Set<[Int]> = []
    try manifest.forEachReference(of: file) { reference throws(StoreError) in
      frames.insert([reference.place.pack.hashValue, reference.place.frameOffset])
    }
    return frames
  }

  @Test func `lie in no frame with floats, which they would move to the wrong planes`() throws {
    let (store, tree) = (try TestStore(), try TemporaryDirectory())
    let random = SeededRandomSource(seed: Self.seed)
    for number in 0..<8 {
      try tree.write(floats(20_000, random), at: "\(number)/weights")
      // Too short to become smaller, and of a length that is no multiple of four.
      try tree.write(seededBytes(41, seed: Self.seed + UInt64(number)), at: "\(number)/notes")
    }
    _ = try store.create(tree.path)
    let manifest = try store.manifest(1)
    let small = try Set((0..<8).flatMap { try frames(of: "\($0)/notes", in: manifest) })
    let large = try Set((0..<8).flatMap { try frames(of: "\($0)/weights", in: manifest) })
    #expect(small.count == 1 && !large.isEmpty && small.isDisjoint(with: large), "seed \(Self.seed)")
  }
}
