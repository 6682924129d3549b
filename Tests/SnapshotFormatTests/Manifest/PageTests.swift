import Primitives
import SnapshotFormat
import Testing

@Suite struct PageTests {
  private func files() -> [FileEntry] {
    let chunk = fullReference(1)
    let patched = Reference(
      id: .of([2]), byteCount: 100, place: chunk.place, form: .sparsePatch, chainDepth: 2, chainByteCount: 70_000,
      base: Reference.Base(slots: [4, 9], offset: 3, byteCount: 90))
    let inline = FileContent(
      byteCount: 65_636, digest: .of([1]), profile: .contentDefined, chunkCount: 2, chunks: .inline([chunk, patched]))
    let paged = FileContent(
      byteCount: 1 << 30, digest: .of([3]), profile: .grid(chunkByteCount: 65_536), chunkCount: 16_384,
      chunks: .paged(ReferenceList(level: 0, references: [fullReference(2, pack: 2)])))
    return [
      FileEntry(path: RelativePath("a")!, mode: 0o755, content: .directory),
      FileEntry(path: RelativePath("a/file")!, mode: 0o644, content: .file(inline)),
      FileEntry(path: RelativePath("b")!, mode: 0o777, content: .link(target: Array("a/file".utf8))),
      FileEntry(path: RelativePath("c")!, mode: 0o600, content: .file(paged)),
    ]
  }

  @Test func `a files page cut at any length is refused`() {
    let page = Page.encode(files: files())
    for length in 0..<page.count {
      #expect(throws: FormatError.self) { try Page.files(page.rawSpan.extracting(0..<length)) }
    }
  }

  @Test func `a files page with any bit flipped never comes back as it was`() {
    let page = Page.encode(files: files())
    for bit in 0..<(page.count * 8) {
      var damaged = page
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      let read = try? Page.files(damaged.rawSpan)
      #expect(read != files(), "bit \(bit)")
    }
  }

  @Test func `paths out of order are refused`() {
    let page = Page.encode(files: files().reversed())
    #expect(throws: FormatError.self) { try Page.files(page.rawSpan) }
  }

  @Test(arguments: ["../x", "/x", "x/", "a//b", ".", "a/./b", ".snapctl", ".snapctl/state", "a\0b"])
  func `a path that leads out of the tree is refused`(path: String) {
    let bytes = Array(path.utf8)
    #expect(RelativePath(bytes) == nil)
    var entry = ByteWriter()
    entry.bytes16(bytes)
    entry.append([2])
    entry.integer(UInt16(0o755))
    entry.integer(UInt64(0))
    entry.digest(.zero)
    let page = Page.encode(.files, count: 1) { output, _ in output.append(entry.bytes) }
    #expect(throws: FormatError.self) { try Page.files(page.rawSpan) }
  }

  @Test func `a files page comes back as it was`() throws {
    let page = Page.encode(files: files())
    let read = try Page.files(page.rawSpan)
    #expect(read == files())
  }

  @Test func `free slots of a support page come back as free slots`() throws {
    let slots: [Reference?] = [nil, fullReference(1), nil, fullReference(2, pack: 3)]
    let page = Page.encode(.support, references: slots)
    let read = try Page.references(page.rawSpan, kind: .support, countMax: 256, allowsEmpty: true)
    #expect(read == slots)
    #expect(throws: FormatError.self) { try Page.references(page.rawSpan, kind: .support, countMax: 256) }
    #expect(throws: FormatError.self) { try Page.references(page.rawSpan, kind: .chunks, countMax: 256) }
  }
}

@Suite struct ManifestRootTests {
  private func root() -> ManifestRoot {
    var totals = ManifestRoot.Totals()
    totals.contentHash = .of([9])
    totals.files = 3
    return ManifestRoot(
      collection: CollectionName("models/paddleocr")!, version: 12, created: Timestamp(milliseconds: 1_700),
      intent: IntentIdentifier(value: 0xAB), message: "first", totals: totals,
      parent: ManifestRoot.Parent(version: 11, name: name(3), digest: .of([3])),
      files: ReferenceList(level: 0, references: [fullReference(1)]),
      support: ReferenceList(level: 0, references: [nil, fullReference(2, pack: 5)]),
      vectors: ManifestRoot.Vectors(
        producers: ReferenceList(level: 0, references: [fullReference(4)]), dimension: 384, leastId: "a",
        greatestId: "z", greatestClock: HybridClock(77)))
  }

  @Test func `a root with any bit flipped is refused`() {
    let object = root().encode(named: name(1))
    for bit in 0..<(object.bytes.count * 8) {
      var damaged = object.bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: FormatError.self) {
        try ManifestRoot.decode(damaged.rawSpan, named: name(1), expected: object.digest)
      }
    }
  }

  @Test func `a root cut at any length is refused`() {
    let object = root().encode(named: name(1))
    for length in 0..<object.bytes.count {
      #expect(throws: FormatError.self) {
        try ManifestRoot.decode(object.bytes.rawSpan.extracting(0..<length), named: name(1), expected: nil)
      }
    }
  }

  @Test func `a root found under another name, or not the one the head names, is refused`() {
    let object = root().encode(named: name(1))
    #expect(throws: FormatError.self) { try ManifestRoot.decode(object.bytes.rawSpan, named: name(2), expected: nil) }
    #expect(throws: FormatError.self) {
      try ManifestRoot.decode(object.bytes.rawSpan, named: name(1), expected: .of([0]))
    }
  }

  @Test func `a root comes back as it was`() throws {
    let object = root().encode(named: name(1))
    let read = try ManifestRoot.decode(object.bytes.rawSpan, named: name(1), expected: object.digest)
    #expect(read == root())
  }
}
