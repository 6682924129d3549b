package import Primitives

/// What a row is about. Ordered by bytes, a prefix before the id of the same bytes.
package struct RowKey: Hashable, Comparable, Sendable {
  package let name: RecordName
  package let isPrefix: Bool

  package init(_ name: RecordName, isPrefix: Bool = false) {
    self.name = name
    self.isPrefix = isPrefix
  }

  package static func < (left: RowKey, right: RowKey) -> Bool {
    left.name == right.name ? left.isPrefix && !right.isPrefix : left.name < right.name
  }

  /// Whether this is a prefix that the other name begins with.
  package func covers(_ other: RowKey) -> Bool {
    isPrefix && other.name.hasPrefix(name)
  }
}

/// All that is known of one name (formats/segment.md §5).
///
/// - `changes` ascend by key, and the stamp of each is above the body's.
/// - Joining is associative, commutative and idempotent.
package struct Row: Hashable, Sendable {
  package enum State: Hashable, Sendable {
    case record(RecordBody)
    case deleted
  }

  /// A record or its deletion, and when.
  package struct Body: Hashable, Sendable {
    package let stamp: Stamp
    package let state: State

    package init(stamp: Stamp, state: State) {
      self.stamp = stamp
      self.state = state
    }
  }

  /// A key whose value was set, or removed, later than the body.
  package struct Change: Hashable, Sendable {
    package let key: UTF8Text
    package let stamp: Stamp
    package let value: MetadataValue?

    package init(key: UTF8Text, stamp: Stamp, value: MetadataValue?) {
      self.key = key
      self.stamp = stamp
      self.value = value
    }
  }

  package static let changeCountMax = 4_096
  /// A writer makes no row with more bytes of changes, so that a segment stays far below what it may have.
  package static let changeByteCountMax = 16 << 20

  package let key: RowKey
  package internal(set) var body: Body?
  package internal(set) var changes: [Change]

  package init(key: RowKey, body: Body?, changes: [Change]) {
    self.key = key
    self.body = body
    self.changes = changes
  }
}

extension Row {
  /// The row that an operation is.
  package init(_ operation: StampedOperation, by producer: ProducerName) {
    let stamp = Stamp(clock: operation.clock, producer: producer)
    let name = operation.operation.name
    switch operation.operation {
    case .upsert(_, let body):
      self.init(key: RowKey(name), body: Body(stamp: stamp, state: .record(body)), changes: [])
    case .delete:
      self.init(key: RowKey(name), body: Body(stamp: stamp, state: .deleted), changes: [])
    case .deletePrefix:
      self.init(key: RowKey(name, isPrefix: true), body: Body(stamp: stamp, state: .deleted), changes: [])
    case .patch(_, let fields):
      self.init(key: RowKey(name), body: nil, changes: Row.changes(fields, stamp))
    case .patchPrefix(_, let fields):
      self.init(key: RowKey(name, isPrefix: true), body: nil, changes: Row.changes(fields, stamp))
    }
  }

  private static func changes(_ fields: MetadataFields, _ stamp: Stamp) -> [Change] {
    fields.fields.map { Change(key: $0.key, stamp: stamp, value: $0.value) }
  }

  package var record: RecordBody? {
    if case .record(let record) = body?.state { record } else { nil }
  }

  package var isDeleted: Bool { body?.state == .deleted }

  /// Changes without a record to apply them to: the row of an id that waits for its upsert.
  package var isWaiting: Bool { body == nil && !key.isPrefix }

  package var isEmpty: Bool { body == nil && changes.isEmpty }

  /// Whether the row may stand in a segment (formats/segment.md §7).
  package var isWithinLimits: Bool {
    guard changes.count > 1 else { return true }
    return changes.count <= Row.changeCountMax
      && changes.reduce(0) { $0 + $1.byteCount } <= Row.changeByteCountMax
  }

  /// Every stamp of the row.
  package var stamps: [Stamp] { (body.map { [$0.stamp] } ?? []) + changes.map(\.stamp) }

  package func isAllAtOrBelow(_ horizon: HybridClock) -> Bool {
    (body?.stamp.clock ?? .zero) <= horizon && changes.allSatisfy { $0.stamp.clock <= horizon }
  }
}

extension Row.Change {
  /// The bytes of its key and value, without what they are counted by.
  package var byteCount: Int { key.utf8.count + (value?.byteCount ?? 0) }
}
