import Primitives
import Testing

@testable import SnapshotFormat

@Suite struct HeadChangeTests {
  private func apply(_ change: HeadChange, to head: Head) throws(HeadChangeError) -> Head {
    try head.applying([change], mark: HeadSamples.mark(500))
  }

  @Test func `a change that the head does not admit is refused, each for its own reason`() throws {
    let head = try HeadSamples.full()
    let gone = TagName("gone")!
    let cases: [(HeadChange, HeadChangeError)] = [
      (.tag(gone, version: 4), .noSuchVersion(4)), (.tag(gone, version: 0), .noSuchVersion(0)),
      (.untag(gone), .noSuchTag(gone)),
      (.hold(Hold(version: 9, until: nil, label: "")), .noSuchVersion(9)),
      (.release(version: 1, label: "nobody"), .noSuchHold(version: 1, label: "nobody")),
      (.lease(token: 4), .tokenNotAbove(4)), (.retain(from: 2), .versionInUse(1)),
      (.retain(from: 4), .noSuchVersion(4)),
      (.begin, .invalid("only the first head begins a line")),
    ]
    for (change, expected) in cases {
      let error = #expect(throws: HeadChangeError.self, "\(change)") { try apply(change, to: head) }
      #expect(error == expected)
    }
  }

  @Test func `a collection is registered once, under one kind`() throws {
    let head = try HeadSamples.storeLine()
    let words = CollectionName("words")!
    #expect(throws: HeadChangeError.registeredAs(.tree)) {
      try apply(.register(RegisteredCollection(words, kind: .vectors)), to: head)
    }
    let again = try apply(.register(RegisteredCollection(words, kind: .tree)), to: head)
    #expect(again.collections == head.collections)
    #expect(throws: HeadChangeError.self) {
      try apply(.register(RegisteredCollection(words, kind: .tree)), to: HeadSamples.full())
    }
  }

  @Test func `a tag moves, a hold is renewed, a policy is replaced: nothing is there twice`() throws {
    let head = try HeadSamples.full()
    let stable = TagName("stable")!
    let moved = try apply(.tag(stable, version: 3), to: head)
    #expect(moved.tags.count == head.tags.count && moved.version(tagged: stable) == 3)
    #expect(moved.tags(of: 3) == [TagName("newest3")!, stable])
    let held = try apply(.hold(Hold(version: 1, until: Timestamp(milliseconds: 5), label: "audit")), to: head)
    #expect(held.holds.count == head.holds.count)
    let policy = try apply(.policy(key: "keep-last", value: nil), to: head)
    #expect(policy.policy.isEmpty)
  }

  @Test func `a change leaves its mark and keeps what it does not name`() throws {
    let head = try HeadSamples.full()
    let next = try apply(.create(HeadSamples.newVersion(4)), to: head)
    #expect(next.revision == head.revision + 1 && next.action == .create)
    #expect(next.newestVersion == 4 && next.rows.prefix(3) == head.rows[...])
    #expect(next.newestRow?.writeIdentifier == HeadSamples.mark(500).writeIdentifier)
    #expect(next.tags == head.tags && next.fences == head.fences && next.quarantine == head.quarantine)
  }

  @Test func `fences never go down`() throws {
    let head = try apply(.fence(gcEpoch: 1, leastIntentEpoch: 1), to: HeadSamples.full())
    #expect(head.fences.gcEpoch == 3 && head.fences.leastIntentEpoch == 2)
  }

  @Test func `retention drops versions from the front, and never a gap`() throws {
    let head = try apply(.retain(from: 40), to: HeadSamples.head(versions: 100))
    #expect(head.oldestVersion == 40 && head.newestVersion == 100)
    #expect(
      try Head(decoding: head.encoded().bytes.rawSpan, collection: head.collection, revision: head.revision) == head)
  }

  @Test func `the oldest 64 rows move out when there would be more than 128`() throws {
    let long = try HeadSamples.head(versions: 129)
    #expect(long.mustSpill)
    #expect(throws: FormatError.self) { try long.encoded() }
    let (head, bytes) = try long.spilled(to: HeadSamples.name(5))
    #expect(head.rows.count == 65 && head.rows[0].version == 65 && head.oldestVersion == 1)
    let range = head.older[0]
    let moved = try VersionsObject(decoding: bytes.rawSpan, of: range, collection: head.collection)
    #expect(moved.rows == Array(long.rows.prefix(64)))
    #expect(
      try Head(decoding: head.encoded().bytes.rawSpan, collection: head.collection, revision: head.revision) == head)
  }

  @Test func `any sequence of changes gives heads that can be written and read`() throws {
    let seed: UInt64 = 0x5EED_0001
    print("seed \(seed)")
    let random = SeededRandomSource(seed: seed)
    var head = try HeadSamples.head(versions: 1)
    for step in 0..<600 {
      guard let next = try? apply(change(random), to: head) else { continue }
      head = next.mustSpill ? try next.spilled(to: UniqueName(random: random)).head : next
      let bytes = try head.encoded().bytes
      let read = try Head(decoding: bytes.rawSpan, collection: head.collection, revision: head.revision)
      #expect(read == head, "step \(step), seed \(seed)")
    }
    #expect(head.newestVersion > 128)
  }

  private func change(_ random: SeededRandomSource) -> HeadChange {
    let number = random.next() % 200
    switch random.next() % 10 {
    case 0: return .tag(TagName("t\(number % 20)")!, version: number)
    case 1: return .untag(TagName("t\(number % 20)")!)
    case 2: return .hold(Hold(version: number, until: nil, label: "h\(number % 3)"))
    case 3: return .release(version: number, label: "h\(number % 3)")
    case 4: return .policy(key: "k\(number % 5)", value: number.isMultiple(of: 2) ? "v" : nil)
    case 5: return .retain(from: number)
    case 6: return .lease(token: number)
    default: return .create(HeadSamples.newVersion(number))
    }
  }
}
