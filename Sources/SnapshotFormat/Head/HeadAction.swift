/// What a head did (formats/head.md §3).
package enum HeadAction: UInt8, Sendable, CaseIterable {
  case register = 1
  case begin = 2
  case create = 3
  case compact = 4
  case tag = 5
  case untag = 6
  case hold = 7
  case release = 8
  case policy = 9
  case quarantine = 10
  case lease = 11
  case fence = 12
  case retain = 13
}

/// What a head line is a line of: a collection, or the store itself.
package enum LineKind: UInt8, Sendable, CaseIterable {
  case tree = 1
  case vectors = 2
  /// The store's own line: which collections there are.
  case store = 3

  package init(_ kind: CollectionKind) {
    switch kind {
    case .tree: self = .tree
    case .vectors: self = .vectors
    }
  }

  /// Nil for the store's own line.
  package var collection: CollectionKind? { CollectionKind(rawValue: rawValue) }
}
