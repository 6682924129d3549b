import Primitives

@testable import SnapshotFormat

/// Heads that tests build upon.
enum HeadSamples {
  static let collection = CollectionName("receipts/words")!

  static func name(_ number: UInt64) -> UniqueName { UniqueName(high: number, low: ~number) }

  static func newVersion(_ number: UInt64, message: String = "") -> NewVersion {
    NewVersion(
      root: SealedReference(
        name: name(number), byteCount: 4_096, digest: Digest.of([UInt8(truncatingIfNeeded: number)])),
      contentHash: Digest.of([1, UInt8(truncatingIfNeeded: number)]), fileCount: 6, recordCount: number * 10,
      byteCount: number << 20, message: message)
  }

  static func mark(_ number: UInt64) -> HeadMark {
    HeadMark(
      writeIdentifier: name(1_000 + number), intent: IntentIdentifier(value: number),
      created: Timestamp(milliseconds: 1_700_000_000_000 + Int64(number)))
  }

  static let beginning = Head.before(collection, kind: .vectors)

  /// A head with this many versions, each of its own commit.
  static func head(versions: UInt64) throws -> Head {
    var head = try beginning.applying([.begin], mark: mark(0))
    for number in 0..<versions { head = try head.applying([.create(newVersion(number + 1))], mark: mark(number + 1)) }
    return head
  }

  /// A small head that has something in each section.
  static func full() throws -> Head {
    let stable = TagName("stable")!
    let delta = QuarantinedDelta(
      producer: ProducerName("worker-1")!, sequence: 7, digest: Digest.of([9]), reason: "dimension 3 where 4 is due")
    let changes: [HeadChange] = [
      .compact(newVersion(3, message: "third — größer")), .tag(stable, version: 2), .tagNewest(TagName("newest3")!),
      .hold(Hold(version: 1, until: nil, label: "audit")),
      .hold(Hold(version: 1, until: Timestamp(milliseconds: 1_800_000_000_000), label: "case 4")),
      .policy(key: "keep-last", value: "20"), .quarantine([delta]), .lease(token: 4),
      .fence(gcEpoch: 3, leastIntentEpoch: 2), .oldestRecord(55),
      .schema(VectorSchema(dimension: 384)),
    ]
    return try head(versions: 2).applying(changes, mark: mark(99))
  }

  /// The store's own line with a few collections.
  static func storeLine() throws -> Head {
    let names = ["words", "lines", "models/ocr"].compactMap { CollectionName($0) }
    return try Head.before(.store, kind: .store).applying(
      names.map { .register(RegisteredCollection($0, kind: .tree)) }, mark: mark(1))
  }
}
