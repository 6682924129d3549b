import Primitives
import SnapshotFormat
import Testing

@Suite struct `owners pages` {
  private static let runs = [
    OwnerRun(count: 3, owner: Owner(user: 1_000, group: 100)), OwnerRun(count: 1, owner: .root),
    OwnerRun(count: .max, owner: Owner(user: 1_000, group: .max - 1)),
  ]

  private static func refusal(_ runs: [OwnerRun]) -> String {
    let page = Page.encode(owners: runs)
    do throws(FormatError) {
      _ = try Page.owners(page.rawSpan)
      return "read"
    } catch {
      return error.description
    }
  }

  @Test func `with a run of no entries are refused`() {
    #expect(Self.refusal([OwnerRun(count: 0, owner: .root)]).contains("a run of no entries"))
  }

  @Test func `with two equal neighbours are refused`() {
    let twice = [OwnerRun(count: 1, owner: .root), OwnerRun(count: 2, owner: .root)]
    #expect(Self.refusal(twice).contains("the same owner"))
  }

  @Test func `with an owner that chown would ignore are refused`() {
    for owner in [Owner(user: .max, group: 0), Owner(user: 0, group: .max)] {
      #expect(Self.refusal([OwnerRun(count: 1, owner: owner)]).contains("nobody"))
    }
  }

  @Test func `without a run, or with more than fit, are refused`() {
    #expect(Self.refusal([]).contains("no run"))
    let many = (0...1_024).map { OwnerRun(count: 1, owner: Owner(user: UInt32($0), group: 0)) }
    #expect(Self.refusal(many) != "read")
    #expect(Self.refusal(Array(many.dropLast())) == "read")
  }

  @Test func `with a pack table are refused`() {
    let page = Page.encode(.owners, count: 1) { output, packs in
      for number: UInt32 in [1, 0, 0] { output.integer(number) }
      _ = packs.index(of: name(1))
    }
    let error = #expect(throws: FormatError.self) { try Page.owners(page.rawSpan) }
    #expect(error?.description.contains("pack table") == true)
  }

  @Test func `cut at any length are refused`() {
    let page = Page.encode(owners: Self.runs)
    for length in 0..<page.count {
      #expect(throws: FormatError.self) { try Page.owners(page.rawSpan.extracting(0..<length)) }
    }
  }

  @Test func `with any bit flipped never come back as they were`() {
    let page = Page.encode(owners: Self.runs)
    for bit in 0..<(page.count * 8) {
      var damaged = page
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      let read = try? Page.owners(damaged.rawSpan)
      #expect(read != Self.runs, "bit \(bit)")
    }
  }

  @Test func `come back as they were`() throws {
    let page = Page.encode(owners: Self.runs)
    let read = try Page.owners(page.rawSpan)
    #expect(read == Self.runs)
  }
}

@Suite struct `a root with owners` {
  private static func root(_ vectors: ManifestRoot.Vectors? = nil, owners: ReferenceList?) -> ManifestRoot {
    ManifestRoot(
      collection: CollectionName("tree")!, version: 2, created: Timestamp(milliseconds: 1_700),
      intent: IntentIdentifier(value: 7), message: "", totals: ManifestRoot.Totals(), parent: nil,
      files: ReferenceList(level: 0, references: [fullReference(1)]), support: .empty, vectors: vectors,
      owners: owners)
  }

  private static let owners = ReferenceList(level: 0, references: [fullReference(2, pack: 9)])

  @Test func `of vectors is refused`() {
    let vectors = ManifestRoot.Vectors(producers: .empty, dimension: 3, leastId: "", greatestId: "")
    let object = Self.root(vectors, owners: Self.owners).encode(named: name(1))
    let error = #expect(throws: FormatError.self) {
      try ManifestRoot.decode(object.bytes.rawSpan, named: name(1), expected: nil)
    }
    #expect(error?.description.contains("no tree") == true)
  }

  @Test func `of a tree is refused with the clock of records`() throws {
    let object = Self.root(owners: Self.owners).encode(named: name(1))
    let key = ObjectKey.manifest(name(1))
    let sections = try SealedObject.decode(
      object.bytes.rawSpan, type: .manifest, named: key, of: "manifest root", expected: nil
    ) { sections throws(FormatError) in
      var writer = SectionWriter()
      for tag: UInt16 in [1, 2, 4, 5, 6] {
        let payload = try sections.required(tag) { input throws(FormatError) in try input.array(input.remaining) }
        writer.section(tag) { $0.append(payload) }
      }
      writer.section(10, required: false) { $0.integer(UInt64(5)) }
      return writer
    }
    let bytes = SealedObject.encode(.manifest, named: key, sections: sections).bytes
    let error = #expect(throws: FormatError.self) {
      try ManifestRoot.decode(bytes.rawSpan, named: name(1), expected: nil)
    }
    #expect(error?.description.contains("without records") == true)
  }

  @Test func `comes back as it was, and one with an empty list is not one without`() throws {
    for owners in [Self.owners, .empty, nil] {
      let root = Self.root(owners: owners)
      let object = root.encode(named: name(1))
      let read = try ManifestRoot.decode(object.bytes.rawSpan, named: name(1), expected: object.digest)
      #expect(read == root)
    }
  }

  /// A reader that does not know section 9: one that knows the others only.
  @Test func `is taken by a reader that does not know the section`() throws {
    let object = Self.root(owners: Self.owners).encode(named: name(1))
    let key = ObjectKey.manifest(name(1))
    let files = try SealedObject.decode(
      object.bytes.rawSpan, type: .manifest, named: key, of: "manifest root", expected: nil
    ) { sections throws(FormatError) -> ReferenceList in
      for tag: UInt16 in [1, 2, 6] { try sections.required(tag) { input throws(FormatError) in try input.skip() } }
      let packs = try sections.required(4) { input throws(FormatError) -> [UniqueName] in
        let count = try input.count(UInt16.self, width: 16, limit: 576)
        var names: [UniqueName] = []
        for _ in 0..<count { names.append(try input.uniqueName()) }
        return names
      }
      return try sections.required(5) { input throws(FormatError) in
        try ReferenceList(from: &input, packs: packs, allowsEmpty: false)
      }
    }
    #expect(files == Self.root(owners: nil).files)
  }

  @Test func `that has none is the very bytes it was before there were any`() throws {
    let object = Self.root(owners: nil).encode(named: name(1))
    let bytes = object.bytes
    // The last section is the sixth: support, an empty list.
    let end = bytes.count - SealedObject.sealByteCount
    #expect(Array(bytes[(end - 11)..<end]) == [6, 0, 1, 0, 3, 0, 0, 0, 0, 0, 0])
  }
}

extension ByteReader {
  fileprivate mutating func skip() throws(FormatError) {
    _ = try span(remaining)
  }
}
