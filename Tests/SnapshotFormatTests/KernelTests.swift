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
      let messages = (0..<(random.next() % 11)).map { _ in
        bytes(random.next() % (random.next().isMultiple(of: 2) ? 200 : 9_000), random)
      }
      #expect(Digest.ofEach(messages) == messages.map { Digest.of($0) }, "seed \(seed)")
    }
  }

  @Test func `bytes are split into planes and joined again`() {
    let random = SeededRandomSource(seed: seed)
    for count in Array(0..<200) + [4_095, 65_536] {
      let input = bytes(UInt64(count), random)
      let planes = Planes(splitting: input.rawSpan)
      for plane in 0..<4 {
        let found = planes.bytes(plane)
        #expect(found == input.indices.filter { $0 % 4 == plane }.map { input[$0] }, "\(count) bytes, seed \(seed)")
      }
      let (lower, top) = (planes.bytes(0) + planes.bytes(1) + planes.bytes(2), planes.bytes(3))
      let joined = Planes.join(lower.rawSpan, top: top.rawSpan, byteCount: count)
      #expect(joined == input, "\(count) bytes, seed \(seed)")
    }
  }
}

extension Planes {
  fileprivate func bytes(_ plane: Int) -> [UInt8] {
    let span = span(plane)
    return unsafe span.withUnsafeBytes { unsafe Array($0) }
  }
}
