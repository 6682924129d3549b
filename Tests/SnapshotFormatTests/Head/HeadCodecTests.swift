import Primitives
import Testing

@testable import SnapshotFormat

@Suite struct HeadCodecTests {
  private func decode(_ bytes: [UInt8], like head: Head) throws(FormatError) -> Head {
    try Head(decoding: bytes.rawSpan, collection: head.collection, revision: head.revision)
  }

  @Test func `a head with any one bit flipped is refused`() throws {
    for head in [try HeadSamples.full(), try HeadSamples.storeLine()] {
      let bytes = try head.encoded().bytes
      for bit in 0..<(bytes.count * 8) {
        var damaged = bytes
        damaged[bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(throws: FormatError.self, "bit \(bit)") { try decode(damaged, like: head) }
      }
    }
  }

  @Test func `a head cut at any length, or grown, is refused`() throws {
    let head = try HeadSamples.full()
    let bytes = try head.encoded().bytes
    for count in 0..<bytes.count {
      #expect(throws: FormatError.self, "\(count) bytes") { try decode(Array(bytes.prefix(count)), like: head) }
    }
    #expect(throws: FormatError.self) { try decode(bytes + [0], like: head) }
  }

  @Test func `a head under another revision or collection does not verify`() throws {
    let head = try HeadSamples.full()
    let bytes = try head.encoded().bytes
    let other = try #require(CollectionName("receipts/lines"))
    #expect(throws: FormatError.self) {
      try Head(decoding: bytes.rawSpan, collection: head.collection, revision: head.revision + 1)
    }
    #expect(throws: FormatError.self) { try Head(decoding: bytes.rawSpan, collection: other, revision: head.revision) }
  }

  @Test func `what is written is what is read`() throws {
    for head in [try HeadSamples.full(), try HeadSamples.storeLine(), try HeadSamples.head(versions: 128)] {
      let encoded = try head.encoded()
      #expect(try decode(encoded.bytes, like: head) == head)
      #expect(try decode(encoded.bytes, like: head).encoded() == encoded)
    }
  }

  /// Each of these is sealed rightly and breaks one rule: writers do not write it, readers refuse it.
  @Test(arguments: HeadRule.allCases)
  func `a head that breaks a rule is neither written nor read`(rule: HeadRule) throws {
    var head = try rule == .collectionsOutOfOrder ? HeadSamples.storeLine() : HeadSamples.full()
    try rule.breakIt(&head)
    #expect(throws: FormatError.self) { try head.encoded() }
    #expect(throws: FormatError.self) { try decode(head.sealed().bytes, like: head) }
  }

  @Test func `an unknown action or kind is unsupported, not damage`() throws {
    let head = try HeadSamples.full()
    let bytes = try head.encoded().bytes
    let actionOffset = Preamble.byteCount + 4 + 8 + 2 + head.collection.string.utf8.count + 17
    #expect(bytes[actionOffset] == HeadAction.compact.rawValue)
    for offset in [actionOffset, actionOffset - 1] {
      var newer = Array(bytes.dropLast(SealedObject.sealByteCount))
      newer[offset] = 99
      let digest = SealedObject.digest(of: newer.rawSpan, named: head.key)
      let error = #expect(throws: FormatError.self) { try decode(newer + digest.bytes + [0, 0], like: head) }
      #expect(error?.kind == .unsupported)
    }
  }

  @Test func `an unknown section is refused when required and skipped when not`() throws {
    let head = try HeadSamples.full()
    let bytes = try head.encoded().bytes
    for isRequired in [true, false] {
      var body = Array(bytes.dropLast(SealedObject.sealByteCount))
      var section = ByteWriter()
      section.integer(UInt16(77))
      section.integer(UInt16(isRequired ? 1 : 0))
      section.integer(UInt32(3))
      section.append([1, 2, 3])
      body += section.bytes
      let byteCount = UInt32(body.count - Preamble.byteCount - 4)
      for index in 0..<4 {
        body[Preamble.byteCount + index] = UInt8(truncatingIfNeeded: byteCount >> UInt32(8 * index))
      }
      let sealed = body + SealedObject.digest(of: body.rawSpan, named: head.key).bytes + [0, 0]
      if isRequired {
        #expect(throws: FormatError.self) { try decode(sealed, like: head) }
      } else {
        #expect(try decode(sealed, like: head) == head)
      }
    }
  }
}
