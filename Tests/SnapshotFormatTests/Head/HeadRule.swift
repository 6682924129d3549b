import Primitives

@testable import SnapshotFormat

/// The rules of a head, each with a way to break it.
enum HeadRule: CaseIterable {
  case revisionZero, newestWithoutRow, newestTooLow, gapInRows, repeatedRow, versionZero, gapBehindOlder, olderBackwards
  case olderTooLong, tagsOutOfOrder, tagTwice, tagOfNoVersion, holdsOutOfOrder, holdOfNoVersion, policyOutOfOrder
  case quarantineOutOfOrder, sequenceZero, storeKindElsewhere, collectionsOutOfOrder, tooManyTags, longMessage,
    schemaOfTree

  func breakIt(_ head: inout Head) throws {
    let object = SealedReference(name: .zero, byteCount: 300, digest: .zero)
    switch self {
    case .revisionZero: head.revision = 0
    case .newestWithoutRow: head.newestVersion += 1
    case .newestTooLow: head.newestVersion -= 1
    case .gapInRows: head.rows.remove(at: 1)
    case .repeatedRow: head.rows.insert(head.rows[1], at: 1)
    case .versionZero:
      head.rows = [row(0)]
      (head.newestVersion, head.tags, head.holds) = (0, [], [])
    case .gapBehindOlder:
      head.rows.removeFirst(2)
      head.older = [OlderVersions(first: 1, last: 1, object: object)]
    case .olderBackwards:
      head.rows.removeFirst(1)
      head.older = [OlderVersions(first: 1, last: 0, object: object)]
    case .olderTooLong:
      head.rows = [row(1_001)]
      (head.newestVersion, head.older) = (1_001, [OlderVersions(first: 1, last: 1_000, object: object)])
    case .tagsOutOfOrder: head.tags.reverse()
    case .tagTwice: head.tags.insert(head.tags[0], at: 0)
    case .tagOfNoVersion: head.tags[0] = Tag(head.tags[0].name, version: 4)
    case .holdsOutOfOrder: head.holds.reverse()
    case .holdOfNoVersion: head.holds = [Hold(version: 0, until: nil, label: "")]
    case .policyOutOfOrder: head.policy += [PolicyEntry(key: "keep-daily", value: "1")]
    case .quarantineOutOfOrder: head.quarantine += head.quarantine
    case .sequenceZero: head.quarantine = [delta(0)]
    case .storeKindElsewhere: head = try elsewhere()
    case .collectionsOutOfOrder: head.collections.reverse()
    case .tooManyTags: head.tags = (0...1_024).map { Tag(TagName("t\(10_000 + $0)")!, version: 1) }
    case .schemaOfTree:
      head = try Head.before(HeadSamples.collection, kind: .tree).applying([.begin], mark: HeadSamples.mark(1))
      head.schema = VectorSchema(dimension: 3)
    case .longMessage: head.rows[2] = row(3, message: String(repeating: "m", count: 1_025))
    }
  }

  private func row(_ version: UInt64, message: String = "") -> VersionRow {
    let new = HeadSamples.newVersion(version)
    return VersionRow(
      version: version, root: new.root, contentHash: new.contentHash, created: Timestamp(milliseconds: 0), fileCount: 0,
      recordCount: 0, byteCount: 0, writeIdentifier: .zero, message: message)
  }

  private func delta(_ sequence: UInt64) -> QuarantinedDelta {
    QuarantinedDelta(producer: ProducerName("p")!, sequence: sequence, digest: .zero, reason: "")
  }

  private func elsewhere() throws -> Head {
    try Head.before(HeadSamples.collection, kind: .store).applying(
      [.policy(key: "a", value: "b")], mark: HeadSamples.mark(1))
  }
}
