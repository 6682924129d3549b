import Primitives
import SnapshotFormat
import Testing

@Suite struct `the state of a copy` {
  private func state(tree: String? = nil, inPlace: CopyState.Version? = nil) throws -> CopyState {
    let pack = UniqueName(high: 1, low: 2)
    let place = Reference.Place(pack: pack, frameOffset: 144, frameByteCount: 200, formOffset: 0, formByteCount: 64)
    let hints = ReferenceList(
      level: 0, references: [Reference(id: Digest.of([1]), byteCount: 64, place: place)])
    var state = CopyState(
      store: UniqueName(high: 3, low: 4), collection: try #require(CollectionName("models/words")),
      version: CopyState.Version(number: 7, root: UniqueName(high: 5, low: 6), digest: Digest.of([2])),
      contentHash: Digest.of([3]), synced: Timestamp(milliseconds: 1_700_000_000_000), packs: [pack], hints: hints,
      tree: tree)
    state.inPlace = inPlace
    return state
  }

  private func decode(_ bytes: [UInt8]) throws(FormatError) -> CopyState { try CopyState(decoding: bytes.rawSpan) }

  @Test func `with one bit flipped is refused`() throws {
    let bytes = try state(tree: "gen-7-00112233").encoded().bytes
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= 1 << (index % 8)
      #expect(throws: FormatError.self, "byte \(index)") { try decode(damaged) }
    }
  }

  @Test func `cut at any length is refused`() throws {
    let bytes = try state().encoded().bytes
    for count in bytes.indices { #expect(throws: FormatError.self) { try decode(Array(bytes[..<count])) } }
  }

  @Test(arguments: ["", ".", "..", "a/b", "/a", ".snapctl"])
  func `whose tree lies elsewhere is refused`(path: String) throws {
    let bytes = try state(tree: path).encoded().bytes
    #expect(throws: FormatError.self) { try decode(bytes) }
  }

  @Test(arguments: ["", "copies/words", String(repeating: "/a", count: CopyState.originByteCountMax)])
  func `whose origin is no absolute path within the limit is refused`(path: String) throws {
    var written = try state()
    written.origin = path
    let bytes = written.encoded().bytes
    #expect(throws: FormatError.self) { try decode(bytes) }
  }

  @Test(arguments: [
    [], [""], ["a\nb"], ["a", "\0"], [String(repeating: "x", count: CopyState.Part.patternByteCountMax + 1)],
    [String](repeating: "x", count: CopyState.Part.patternCountMax + 1),
  ])
  func `whose part has no patterns, too many, or such that are none, is refused`(patterns: [String]) throws {
    var written = try state()
    written.part = CopyState.Part(contentHash: Digest.of([9]), patterns: patterns)
    let bytes = written.encoded().bytes
    #expect(throws: FormatError.self) { try decode(bytes) }
  }

  @Test func `of a part is refused by a reader that does not know parts`() throws {
    var written = try state()
    written.part = CopyState.Part(contentHash: Digest.of([9]), patterns: ["a"])
    let bytes = written.encoded().bytes
    let error = #expect(throws: FormatError.self) {
      try SealedObject.decode(bytes.rawSpan, type: .copyState, named: .copyState, of: "copy state") {
        (sections: inout SectionReader) throws(FormatError) in
        for tag: UInt16 in [1, 2, 3, 4, 5] {
          try sections.optional(tag) { input throws(FormatError) in _ = try input.array(input.remaining) }
        }
      }
    }
    #expect(error?.kind == .unsupported)
  }

  @Test func `comes back as it was written`() throws {
    let target = CopyState.Version(number: 8, root: UniqueName(high: 9, low: 9), digest: Digest.of([4]))
    var forked = try state()
    forked.origin = "/copies/words"
    var part = try state(tree: "gen-7-00112233")
    part.part = CopyState.Part(contentHash: Digest.of([5]), patterns: ["*.npy", "!ä b", "/c/"])
    for written in [try state(), try state(tree: "gen-7-00112233"), try state(inPlace: target), forked, part] {
      #expect(try decode(written.encoded().bytes) == written)
    }
  }
}

@Suite struct `a hints page` {
  @Test func `with reserved bytes that are not zero is refused`() {
    var bytes = Page.encode(hints: [.none])
    bytes[Page.headerByteCount + 40] = 1
    #expect(throws: FormatError.self) { try Page.hints(bytes.rawSpan) }
  }

  @Test func `comes back as it was written, 48 bytes an entry`() throws {
    let hints = [
      FileHint.none, FileHint(device: 1, inode: 2, modified: -3, changed: 4, byteCount: 5),
    ]
    let bytes = Page.encode(hints: hints)
    #expect(bytes.count == Page.headerByteCount + 2 * FileHint.byteCount)
    #expect(try Page.hints(bytes.rawSpan) == hints)
  }
}
