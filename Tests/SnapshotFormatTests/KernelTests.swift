import Primitives
import Testing

/// What the loops in C give is what the plain definition gives, at every size.
@Suite struct KernelTests {
  private let seed: UInt64 = 0x5EED_0256

  private func bytes(_ count: UInt64, _ random: SeededRandomSource) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }

  @Test func `many messages are hashed as one after the other`() {
    let random = SeededRandomSource(seed: seed)
    for _ in 0..<200 {
      let messages = (0..<(random.next() % 41)).map { _ in
        bytes(random.next() % (random.next().isMultiple(of: 2) ? 200 : 9_000), random)
      }
      #expect(Digest.ofEach(messages) == messages.map { Digest.of($0) }, "seed \(seed)")
    }
  }

  @Test func `a checksum is that of the definition, at every size and continued from any other`() {
    let random = SeededRandomSource(seed: seed)
    for round in 0..<60 {
      // Around one and several times the bytes that are taken in three lanes.
      let input = bytes(random.next() % (round.isMultiple(of: 2) ? 300 : 13_000), random)
      let cut = input.isEmpty ? 0 : Int(random.next() % UInt64(input.count))
      let first = CRC32C.of(input.rawSpan.extracting(0..<cut))
      #expect(first == definition(input[..<cut]), "round \(round), seed \(seed)")
      let whole = CRC32C.of(input.rawSpan.extracting(cut..<input.count), continuing: first)
      #expect(whole == definition(input[...]), "round \(round), seed \(seed)")
    }
  }

  /// CRC-32C, bit by bit.
  private func definition(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc >> 1 ^ (crc & 1 == 0 ? 0 : 0x82F6_3B78) }
    }
  }

  @Test func `the least elements are kept, each once, however often and in whatever order they come`() {
    let random = SeededRandomSource(seed: seed)
    for round in 0..<100 {
      let offered = (0..<(random.next() % 60)).map { _ in random.next() % 30 }
      let limit = 1 + Int(random.next() % 12)
      var least = LeastElements<UInt64>(limit: limit)
      for element in offered { least.offer(element) }
      #expect(least.sorted() == Array(Set(offered).sorted().prefix(limit)), "round \(round), seed \(seed)")
    }
  }

  @Test func `words that differ are found, those in equal blocks and at the ends of blocks too`() {
    let random = SeededRandomSource(seed: seed)
    for round in 0..<200 {
      let left = bytes(random.next() % 2_000, random)
      var right = left
      for _ in 0..<(round % 40) where !right.isEmpty { right[Int(random.next() % UInt64(right.count))] ^= 0x10 }
      let differences = WordDifferences(left.rawSpan, right.rawSpan)
      var found: [Int] = []
      let isComplete = differences.forEachRun { range in
        found += stride(from: range.lowerBound, to: range.upperBound, by: 4)
        return true
      }
      let expected = stride(from: 0, to: left.count / 256 * 256, by: 4).filter {
        left[$0..<($0 + 4)] != right[$0..<($0 + 4)]
      }
      #expect(isComplete && found == expected, "round \(round), seed \(seed)")
    }
  }

  @Test func `a run that is not wanted ends the search`() {
    let differences = WordDifferences(
      [UInt8](repeating: 0, count: 512).rawSpan, [UInt8](repeating: 1, count: 512).rawSpan)
    var count = 0
    #expect(
      !differences.forEachRun { _ in
        count += 1
        return false
      })
    #expect(count == 1)
  }

  @Test func `bytes are split into planes and joined again`() {
    let random = SeededRandomSource(seed: seed)
    for count in Array(0..<200) + [4_095, 65_536] {
      let input = bytes(UInt64(count), random)
      var lower = [UInt8](repeating: 0, count: Planes.offset(of: 3, byteCount: count))
      let top = unsafe lower.withUnsafeMutableBufferPointer { unsafe Planes.split(input.rawSpan, lower: $0) }
      for plane in 0..<4 {
        let range = Planes.offset(of: plane, byteCount: count)..<Planes.offset(of: plane + 1, byteCount: count)
        #expect(
          Array((lower + top)[range]) == input.indices.filter { $0 % 4 == plane }.map { input[$0] },
          "\(count) bytes, seed \(seed)")
      }
      let joined = Planes.join(lower.rawSpan, top: top.rawSpan, byteCount: count)
      #expect(joined == input, "\(count) bytes, seed \(seed)")
    }
  }
}
