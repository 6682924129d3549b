import Primitives
import SnapshotFormat

/// Heads of two lines: a collection's, and the store's own.
extension FuzzTarget {
  static var head: FuzzTarget {
    FuzzTarget(mends: [
      { bytes in if let key = try? samples()[0].key { bytes.mendSealedObject(named: key) } },
      { bytes in if let key = try? samples()[1].key { bytes.mendSealedObject(named: key) } },
    ]) {
      try samples().map { try $0.encoded().bytes }
    } check: { bytes in
      let samples = try samples()
      do { try check(bytes, as: samples[0]) } catch is FormatError { try check(bytes, as: samples[1]) }
    }
  }

  private static func check(_ bytes: [UInt8], as sample: Head) throws {
    let head = try Head(decoding: bytes.rawSpan, collection: sample.collection, revision: sample.revision)
    let again = try FuzzFinding.unlessDone("a head is encoded") {
      let encoded = try head.encoded().bytes
      return try Head(decoding: encoded.rawSpan, collection: head.collection, revision: head.revision)
    }
    try FuzzFinding.unless(again == head, "a head encoded and decoded again differs")
    try build(on: head)
  }

  /// What a writer does next to a head it has read.
  private static func build(on head: Head) throws {
    let oldest = head.oldestVersion ?? 0
    let changes: [HeadChange] = [
      .create(newVersion(9)), .retain(from: oldest), .fence(gcEpoch: 9, leastIntentEpoch: 9), .lease(token: .max),
    ]
    for change in changes {
      guard let next = try? head.applying([change], mark: mark(9)) else { continue }
      let written = next.mustSpill ? try next.spilled(to: Samples.name(6)).head : next
      _ = try? written.encoded()
    }
    _ = head.contains(version: oldest)
  }

  private static func newVersion(_ number: UInt64) -> NewVersion {
    NewVersion(
      root: Samples.sealed(number), contentHash: .of([1]), fileCount: 6, recordCount: 10, byteCount: 1 << 20,
      message: "größer")
  }

  private static func mark(_ number: UInt64) -> HeadMark {
    HeadMark(writeIdentifier: Samples.name(number), intent: IntentIdentifier(value: number), created: Samples.time)
  }

  private static let lines = Result { [try collectionLine(), try storeLine()] }

  private static func samples() throws -> [Head] { try lines.get() }

  /// Something in each section.
  private static func collectionLine() throws -> Head {
    let delta = QuarantinedDelta(
      producer: try Samples.producer(), sequence: 7, digest: .of([9]), reason: "dimension 3 where 4 is due")
    let changes: [HeadChange] = [
      .create(newVersion(1)), .create(newVersion(2)), .tag(try Samples.known(TagName("stable")), version: 1),
      .tagNewest(try Samples.known(TagName("newest"))), .hold(Hold(version: 1, until: nil, label: "audit")),
      .hold(Hold(version: 2, until: Samples.time, label: "case")), .policy(key: "keep-last", value: "20"),
      .quarantine([delta]), .lease(token: 4), .fence(gcEpoch: 3, leastIntentEpoch: 2), .oldestRecord(55),
    ]
    return try Head.before(try Samples.collection(), kind: .vectors).applying(changes, mark: mark(1))
  }

  private static func storeLine() throws -> Head {
    let names = ["words", "lines", "models/ocr"].compactMap { CollectionName($0) }
    return try Head.before(.store, kind: .store).applying(
      names.map { .register(RegisteredCollection($0, kind: .tree)) }, mark: mark(1))
  }
}
