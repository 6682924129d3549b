package import Primitives

/// All that is mutable of a collection, at one revision of its head line (formats/head.md §1).
///
/// A head is a value: what a writer does to it gives another head, with the next revision.
/// - Lists ascend strictly; versions are dense over `older` and `rows`, up to `newestVersion`.
/// - `revision` 0 is the head before the first one: it is built upon, and never written.
package struct Head: Sendable, Equatable {
  package static let rowCountMax = 128
  package static let tagCountMax = 1_024
  package static let holdCountMax = 1_024
  package static let collectionCountMax = 4_096
  /// A writer sets no more deltas aside: the head stays far below what it may have.
  package static let quarantineCountMax = 1_024

  package let collection: CollectionName
  package let kind: LineKind
  package internal(set) var revision: UInt64
  package internal(set) var action: HeadAction
  package internal(set) var created: Timestamp
  /// The mark by which its writer finds it again.
  package internal(set) var writeIdentifier: UniqueName
  package internal(set) var intent: IntentIdentifier
  package internal(set) var newestVersion: UInt64
  package internal(set) var fences: Fences
  package internal(set) var rows: [VersionRow]
  package internal(set) var older: [OlderVersions]
  package internal(set) var tags: [Tag]
  package internal(set) var holds: [Hold]
  package internal(set) var policy: [PolicyEntry]
  package internal(set) var quarantine: [QuarantinedDelta]
  /// Only in the store's own line.
  package internal(set) var collections: [RegisteredCollection]
  /// What all records are; nil where only versions or deltas tell it. Once told, it never changes.
  package internal(set) var schema: VectorSchema?
  /// What it asks of those who create the next.
  package internal(set) var writers = WriterRequirement.none

  /// The head before the first one of a line.
  package static func before(_ collection: CollectionName, kind: LineKind, fences: Fences = Fences()) -> Head {
    Head(
      collection: collection, kind: kind, revision: 0, action: collection == .store ? .register : .begin,
      created: Timestamp(milliseconds: 0), writeIdentifier: .zero, intent: .zero, newestVersion: 0, fences: fences,
      rows: [],
      older: [], tags: [], holds: [], policy: [], quarantine: [], collections: [])
  }

  package var key: ObjectKey { .head(collection, revision: revision) }
  /// The row of the newest version, nil before the first.
  package var newestRow: VersionRow? { rows.last }
  /// The oldest version that was not dropped, nil before the first.
  package var oldestVersion: UInt64? { older.first?.first ?? rows.first?.version }

  /// Whether `version` is one of those the head tells of.
  package func contains(version: UInt64) -> Bool {
    guard let oldest = oldestVersion else { return false }
    return (oldest...max(oldest, newestVersion)).contains(version)
  }

  /// The version that a tag names.
  package func version(tagged tag: TagName) -> UInt64? {
    tags.first { $0.name == tag }?.version
  }

  /// The tags of a version, ascending.
  package func tags(of version: UInt64) -> [TagName] {
    tags.filter { $0.version == version }.map(\.name)
  }
}
