import Primitives
import SnapshotFormat
import Testing

@Suite struct ContentDefinedCutterTests {
  private func cuts(_ bytes: [UInt8]) -> [Int] {
    var ends: [Int] = []
    var start = 0
    while start < bytes.count {
      start += ContentDefinedCutter.firstChunk(of: bytes.rawSpan.extracting(start..<bytes.count))
      ends.append(start)
    }
    return ends
  }

  @Test func `chunks keep within their bounds and average near the target`() {
    let ends = cuts(seededBytes(8 << 20, seed: 1))
    let sizes = zip(ends, [0] + ends).map { $0.0 - $0.1 }
    #expect(sizes.dropLast().allSatisfy { (16_384...262_144).contains($0) })
    #expect((40_000...100_000).contains((8 << 20) / sizes.count))
  }

  @Test func `bytes put in front move only the cuts near them`() {
    let bytes = seededBytes(2 << 20, seed: 2)
    let shifted = seededBytes(337, seed: 3) + bytes
    let before = Set(cuts(bytes))
    let after = Set(cuts(shifted).map { $0 - 337 })
    #expect(before.subtracting(after).count <= 3)
  }
}

@Suite struct ChunkProfileTests {
  @Test(arguments: ["SQLite format 3\0", "PAR1", "ARROW1", "IxFI", "IxF2"])
  func `files that are changed in place are cut on a grid`(magic: String) {
    let head = Array(magic.utf8) + [UInt8](repeating: 0, count: 100)
    let profile = ChunkProfile.detect(head.rawSpan)
    #expect(profile == .grid(chunkByteCount: 65_536))
  }

  @Test(arguments: [[0x80, 0x04], [0x1F, 0x8B], [0x28, 0xB5, 0x2F, 0xFD], [], [0x7B]] as [[UInt8]])
  func `files whose content shifts are cut by content`(head: [UInt8]) {
    let profile = ChunkProfile.detect(head.rawSpan)
    #expect(profile == .contentDefined)
  }

  @Test func `bytes that look like floats are cut on a grid`() {
    let random = SeededRandomSource(seed: 4)
    let words = (0..<2_048).map { _ in Float(random.unit() - 0.5).bitPattern }
    let bytes = words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) } }
    let profile = ChunkProfile.detect(bytes.rawSpan)
    #expect(profile == .grid(chunkByteCount: 65_536))
  }
}
