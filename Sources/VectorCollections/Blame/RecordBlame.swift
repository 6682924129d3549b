package import SnapshotFormat

/// Which operations an id's record is made of, and whose they were.
package struct RecordBlame: Sendable, Equatable {
  package enum Subject: Sendable, Equatable {
    /// Vector and document; and whatever metadata no later operation changed came with them.
    case body
    case field(UTF8Text)
  }

  package enum Action: Sendable, Equatable {
    case set
    /// The record was deleted, or the key removed.
    case removed
  }

  package struct Part: Sendable, Equatable {
    package let subject: Subject
    package let action: Action
    package let stamp: Stamp
    /// The prefix by which it was said; nil where it was said of the id itself.
    package let prefix: RecordName?
    /// The delta that said it; nil where none is remembered.
    package var delta: BlamedDelta?
  }

  package let id: RecordName
  /// Whether there is such a record.
  package let isPresent: Bool
  /// The body first, if there ever was one; then fields in ascending order of key.
  package internal(set) var parts: [Part]

  /// - Parameter rows: all that is said of the id, its prefixes included; at least one row.
  package init(_ id: RecordName, rows: [Row]) {
    let joined = rows.reduce(Row(key: RowKey(id), body: nil, changes: [])) { $0.joined($1) }
    self.id = id
    isPresent = joined.visible != nil
    parts = []
    var fields: [Part] = []
    if let body = joined.body {
      let prefix = rows.first { $0.body == body }?.prefixName
      let action = joined.record == nil ? Action.removed : .set
      parts.append(Part(subject: .body, action: action, stamp: body.stamp, prefix: prefix))
      let changed = Set(joined.changes.map(\.key))
      for field in joined.record?.metadata.fields ?? [] where !changed.contains(field.key) {
        fields.append(Part(subject: .field(field.key), action: .set, stamp: body.stamp, prefix: prefix))
      }
    }
    for change in joined.changes {
      let prefix = rows.first { $0.changes.contains(change) }?.prefixName
      let action = change.value == nil ? Action.removed : .set
      fields.append(Part(subject: .field(change.key), action: action, stamp: change.stamp, prefix: prefix))
    }
    parts += fields.sorted { $0.key < $1.key }
  }

  /// Puts deltas to the parts that have none yet.
  mutating func explain(_ delta: (Stamp) -> BlamedDelta?) {
    for index in parts.indices where parts[index].delta == nil { parts[index].delta = delta(parts[index].stamp) }
  }

  var isExplained: Bool { parts.allSatisfy { $0.delta != nil } }
}

/// A delta that set something.
package struct BlamedDelta: Sendable, Equatable {
  package let sequence: UInt64
  /// The caller's name for the piece of work; may be empty.
  package let run: String
  /// The version that took it; nil where it waits, or where that version is no longer there.
  package var version: VersionRow?
  package let isPending: Bool
}

extension RecordBlame.Part {
  init(subject: RecordBlame.Subject, action: RecordBlame.Action, stamp: Stamp, prefix: RecordName?) {
    self.init(subject: subject, action: action, stamp: stamp, prefix: prefix, delta: nil)
  }

  fileprivate var key: UTF8Text { if case .field(let key) = subject { key } else { "" } }
}

extension Row {
  fileprivate var prefixName: RecordName? { key.isPrefix ? key.name : nil }
}
