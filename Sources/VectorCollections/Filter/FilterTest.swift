package import SnapshotFormat

/// One test of one field of a record.
package struct FilterTest: Sendable, Equatable {
  package enum Field: Sendable, Equatable {
    case id
    case document
    case metadata(UTF8Text)
  }

  package enum Relation: Sendable, Equatable {
    case equal, less, atMost, greater, atLeast
  }

  package enum Check: Sendable, Equatable {
    case compares(Relation, MetadataValue)
    case isOneOf([MetadataValue])
    /// An array has it as an element, a text as a part.
    case contains(MetadataValue)
    case startsWith(UTF8Text)
    case isLike(TextPattern)
    case exists
  }

  package let field: Field
  package let check: Check
  /// Whether the check has to fail. The field has to be there all the same.
  package let isNegated: Bool

  package func holds(for id: RecordName, _ body: RecordBody) -> Bool {
    guard let value = field.value(of: id, body) else { return false }
    return check.holds(for: value) != isNegated
  }
}

extension FilterTest.Field {
  fileprivate func value(of id: RecordName, _ body: RecordBody) -> MetadataValue? {
    switch self {
    case .id: .string(id.text)
    case .document: body.document.map { .string($0) }
    case .metadata(let key): body.metadata[key]
    }
  }
}

extension FilterTest.Check {
  fileprivate func holds(for value: MetadataValue) -> Bool {
    switch self {
    case .compares(let relation, let wanted):
      value.hasElement { $0.order(wanted).map { relation.admits($0) } ?? false }
    case .isOneOf(let wanted): value.hasElement { element in wanted.contains { element.order($0) == 0 } }
    case .contains(let wanted): value.contains(wanted)
    case .startsWith(let front): value.hasElement { $0.text?.starts(with: front.utf8) ?? false }
    case .isLike(let pattern): value.hasElement { $0.text.map(pattern.matches) ?? false }
    case .exists: true
    }
  }
}

extension FilterTest.Relation {
  fileprivate func admits(_ order: Int) -> Bool {
    switch self {
    case .equal: order == 0
    case .less: order == -1
    case .atMost: order == -1 || order == 0
    case .greater: order == 1
    case .atLeast: order == 0 || order == 1
    }
  }
}
