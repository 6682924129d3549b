import Primitives
import SnapshotFormat
import Testing

@Suite struct SparsePatchTests {
  private func encode(_ chunk: [UInt8], _ base: [UInt8], literalByteCountMax: Int = .max) -> [UInt8]? {
    SparsePatch.encode(chunk.rawSpan, base: base.rawSpan, literalByteCountMax: literalByteCountMax)
  }

  private func apply(_ patch: [UInt8], _ base: [UInt8], byteCount: Int) throws -> [UInt8] {
    try SparsePatch.apply(patch.rawSpan, base: base, byteCount: byteCount)
  }

  @Test func `a patch cut at any length, or with any bit flipped, is refused or gives other bytes of the same count`() {
    let base = seededBytes(300, seed: 1)
    let chunk = changed(base, places: 9, seed: 2)
    let patch = encode(chunk, base)!
    for length in 0..<patch.count {
      #expect(throws: FormatError.self) {
        try apply(Array(patch.prefix(length)), base, byteCount: chunk.count)
      }
    }
    for bit in 0..<(patch.count * 8) {
      var damaged = patch
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      let result = try? apply(damaged, base, byteCount: chunk.count)
      #expect(result == nil || result?.count == chunk.count)
      #expect(result != chunk)
    }
  }

  @Test func `a patch that keeps bytes the base has not is refused`() throws {
    let base = seededBytes(100, seed: 3)
    let patch = try #require(encode(base, base))
    #expect(throws: FormatError.self) {
      try apply(patch, Array(base.prefix(99)), byteCount: 100)
    }
  }

  @Test func `what differs in more than the limit has no patch`() {
    let base = seededBytes(65_536, seed: 4)
    let other = seededBytes(65_536, seed: 5)
    #expect(encode(other, base, literalByteCountMax: 32_768) == nil)
  }

  @Test(arguments: [0, 1, 3, 4, 5, 31, 32, 33, 63, 1_000, 65_536, 65_541])
  func `a chunk comes back from its patch, whatever its byte count and that of the base`(byteCount: Int) throws {
    for (index, baseByteCount) in [0, byteCount / 2, byteCount, byteCount + 7].enumerated() {
      let seed = UInt64(byteCount * 10 + index)
      let base = seededBytes(baseByteCount, seed: seed)
      var chunk = Array(base.prefix(byteCount))
      chunk += seededBytes(byteCount - chunk.count, seed: seed + 1)
      chunk = changed(chunk, places: byteCount / 50, seed: seed + 2)
      let patch = try #require(encode(chunk, base))
      #expect(try apply(patch, base, byteCount: byteCount) == chunk, "seed \(seed)")
    }
  }

  @Test func `a patch tells the runs in which it changes the base`() throws {
    let base = seededBytes(10_000, seed: 6)
    let chunk = changed(base, places: 12, seed: 7) + [1, 2, 3]
    let patch = try #require(encode(chunk, base))
    var runs: [Range<Int>] = []
    _ = try SparsePatch.apply(patch.rawSpan, base: base, byteCount: chunk.count) { runs.append($0) }
    var restored = base + [0, 0, 0]
    for run in runs { restored.replaceSubrange(run, with: chunk[run]) }
    #expect(restored == chunk)
    #expect(zip(runs, runs.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound })
  }
}
