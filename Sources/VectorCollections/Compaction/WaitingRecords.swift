package import SnapshotFormat

/// Ids that have no record for the changes which a delta brought: these wait for it (formats/segment.md §5).
package struct WaitingRecords: Sendable, Equatable {
  /// So many of them are named.
  package static let namedCountMax = 16

  package private(set) var count: UInt64 = 0
  /// The first ones, ascending.
  package private(set) var names: [RecordName] = []

  package init() {}

  /// - Precondition: names are added in ascending order.
  mutating func add(_ name: RecordName) {
    count += 1
    if names.count < WaitingRecords.namedCountMax { names.append(name) }
  }
}
